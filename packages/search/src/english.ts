import { stemEnglish } from "./english-stemmer.ts";
import { fold } from "./folding.ts";
import type { Language } from "./language.ts";

/**
 * Words that say nothing about what a text is about: articles, pronouns, question words,
 * auxiliaries, the commonest conjunctions and prepositions. Words that are also names or things
 * ("will", "may", "us", "can", "might") are missing on purpose.
 */
const STOP_WORDS: ReadonlySet<string> = new Set(
  [
    "a an the this that these those such there",
    "i me my mine myself we our ours ourselves you your yours yourself yourselves",
    "he him his himself she her hers herself it its itself they them their theirs themselves",
    "what which who whom whose when where why how",
    "am is are was were be been being do does did done doing have has had having",
    "could shall should would must ain't can't shan't won't",
    "no not and or but if then than so",
    "of in on at by for with to from into as about",
  ].flatMap((line) => line.split(" ")),
);

/** Endings as they are spelled; combined ones ("ization") in full. */
const ENDINGS =
  "s ies ied ed edly ing ings ingly ly ness ment ments ement ion ions ation ations ational ator ators tional ance ances ence ences ency er ers al ally ality alism alize able ability ible ibility ant ent ently ic ical ically icate ism ate ates ity ous ously ousness ive ives ively iveness ivity ative ize izes ized izing izer ization ful fully fulness less lessly".split(
    " ",
  );

/** English: Snowball's stemmer, about a hundred stop words, contractions removed. */
export const ENGLISH: Language = {
  name: "english",
  stem(word) {
    const plain = fold(word);
    return /^[a-z]+$/.test(plain) ? stemEnglish(plain) : plain;
  },
  stopWords: STOP_WORDS,
  contraction: /(?:'(?:s|m|d|re|ve|ll)|n't)$/,
  endings: ENDINGS,
};
