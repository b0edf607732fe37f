const IRREGULAR: ReadonlyMap<string, string> = new Map([
  ["skis", "ski"],
  ["skies", "sky"],
  ["dying", "die"],
  ["lying", "lie"],
  ["tying", "tie"],
  ["idly", "idl"],
  ["gently", "gentl"],
  ["ugly", "ugli"],
  ["early", "earli"],
  ["only", "onli"],
  ["singly", "singl"],
]);
const UNCHANGED = /^(?:sky|news|howe|atlas|cosmos|bias|andes)$/;
const UNCHANGED_IN_SINGULAR = /^(?:(?:inn|out|cann|herr|earr)ing|(?:proc|exc|succ)eed)$/;

/** After these beginnings R1 starts earlier than the rule says, to keep e.g. "general" apart from "generate". */
const EARLY_R1 = /^(?:gener|commun|arsen)/;
const SHORT_SYLLABLE_AT_END = /(?:[^aeiouy][aeiouy][^aeiouwxyY]|^[aeiouy][^aeiouy])$/;

const STEP_2_SUFFIX =
  /(?:ational|ation|ator|tional|enci|anci|abli|entli|izer|ization|alism|aliti|alli|fulness|fulli|ousli|ousness|iveness|iviti|biliti|bli|ogi|lessli|li)$/;
const STEP_2: ReadonlyMap<string, string> = new Map([
  ["ational", "ate"],
  ["ation", "ate"],
  ["ator", "ate"],
  ["tional", "tion"],
  ["enci", "ence"],
  ["anci", "ance"],
  ["abli", "able"],
  ["entli", "ent"],
  ["izer", "ize"],
  ["ization", "ize"],
  ["alism", "al"],
  ["aliti", "al"],
  ["alli", "al"],
  ["fulness", "ful"],
  ["fulli", "ful"],
  ["ousli", "ous"],
  ["ousness", "ous"],
  ["iveness", "ive"],
  ["iviti", "ive"],
  ["biliti", "ble"],
  ["bli", "ble"],
  ["lessli", "less"],
]);

const STEP_3_SUFFIX = /(?:ational|tional|alize|icate|iciti|ical|ful|ness|ative)$/;
const STEP_3: ReadonlyMap<string, string> = new Map([
  ["ational", "ate"],
  ["tional", "tion"],
  ["alize", "al"],
  ["icate", "ic"],
  ["iciti", "ic"],
  ["ical", "ic"],
]);

const STEP_4_SUFFIX =
  /(?:al|ance|ence|er|ic|able|ible|ant|ement|ment|ent|ism|ate|iti|ous|ive|ize|ion)$/;

/**
 * Reduces an English word to its stem, by Snowball's English algorithm ("Porter2"):
 * https://snowballstem.org/algorithms/english/stemmer.html. The word must be all of `a` to `z`.
 *
 * Implemented here because the English stemmer of the library loses the "t" of "-tion" and the "s"
 * of "-sion", so that "connect" would not find "connection".
 */
export function stemEnglish(word: string): string {
  if (word.length < 3) return word;
  const irregular = IRREGULAR.get(word);
  if (irregular !== undefined) return irregular;
  if (UNCHANGED.test(word)) return word;

  // A "Y" is a consonant from here on.
  let stem = word.replace(/^y|(?<=[aeiouy])y/g, "Y");
  const r1 = EARLY_R1.exec(stem)?.[0].length ?? regionAfter(stem, 0);
  const r2 = regionAfter(stem, r1);

  stem = withoutPlural(stem);
  if (UNCHANGED_IN_SINGULAR.test(stem)) return stem;
  stem = withoutPastOrGerund(stem, r1);
  stem = stem.replace(/(?<=.[^aeiouy])[yY]$/, "i");
  stem = replaceSuffix(stem, STEP_2_SUFFIX, r1, (suffix, before) => {
    if (suffix === "ogi") return before.endsWith("l") ? "og" : suffix;
    if (suffix === "li") return /[cdeghkmnrt]$/.test(before) ? "" : suffix;
    return STEP_2.get(suffix) ?? suffix;
  });
  stem = replaceSuffix(stem, STEP_3_SUFFIX, r1, (suffix, before) => {
    if (suffix === "ative") return before.length >= r2 ? "" : suffix;
    return STEP_3.get(suffix) ?? "";
  });
  stem = replaceSuffix(stem, STEP_4_SUFFIX, r2, (suffix, before) =>
    suffix === "ion" && !/[st]$/.test(before) ? suffix : "",
  );
  return withoutFinalLetter(stem, r1, r2).replaceAll("Y", "y");
}

/** The start of the region after the first consonant that follows a vowel, at or after `from`. */
function regionAfter(word: string, from: number): number {
  const at = word.slice(from).search(/[aeiouy][^aeiouy]/);
  return at < 0 ? word.length : from + at + 2;
}

/** Replaces the longest suffix that matches if it lies in the region that starts at `region`. */
function replaceSuffix(
  stem: string,
  pattern: RegExp,
  region: number,
  replacement: (suffix: string, before: string) => string,
): string {
  const suffix = pattern.exec(stem)?.[0];
  if (suffix === undefined) return stem;
  const before = stem.slice(0, -suffix.length);
  return before.length < region ? stem : before + replacement(suffix, before);
}

function withoutPlural(stem: string): string {
  if (stem.endsWith("sses")) return stem.slice(0, -2);
  if (/ie[ds]$/.test(stem)) return stem.slice(0, stem.length > 4 ? -2 : -1);
  // The vowel must not stand right before the "s": "gas" and "this" keep it, "gaps" loses it.
  return /[aeiouy].*[^us]s$/.test(stem) ? stem.slice(0, -1) : stem;
}

function withoutPastOrGerund(stem: string, r1: number): string {
  const kept = /eed(?:ly)?$/.exec(stem);
  if (kept) return kept.index >= r1 ? stem.slice(0, kept.index + 2) : stem;
  const ending = /(?:ed|ing)(?:ly)?$/.exec(stem);
  if (!ending) return stem;
  const before = stem.slice(0, ending.index);
  if (!/[aeiouy]/.test(before)) return stem;
  if (/(?:at|bl|iz)$/.test(before)) return `${before}e`;
  if (/(?:bb|dd|ff|gg|mm|nn|pp|rr|tt)$/.test(before)) return before.slice(0, -1);
  return before.length <= r1 && SHORT_SYLLABLE_AT_END.test(before) ? `${before}e` : before;
}

function withoutFinalLetter(stem: string, r1: number, r2: number): string {
  const at = stem.length - 1;
  const before = stem.slice(0, at);
  if (stem.endsWith("e") && at >= r1 && (at >= r2 || !SHORT_SYLLABLE_AT_END.test(before))) {
    return before;
  }
  return stem.endsWith("ll") && at >= r2 ? before : stem;
}
