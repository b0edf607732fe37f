import type { Analyzer } from "./analyzer.ts";
import { createPhraseTest, wordsOf } from "./phrase.ts";
import { isTermOf, type QueryTerm } from "./query-term.ts";
import { isStopTerm } from "./term.ts";

/** The words that an entry must contain to be found. */
export interface WordRequest {
  readonly text: string;
  /** `"all"`: every word of the text, except stop words if there are others. Default `"any"`. */
  readonly match?: "any" | "all" | undefined;
  /**
   * Phrases that are all required, word by word, including stop words; a compound ("e-mail") matches as a whole or by
   * its parts. A phrase without words requires nothing.
   */
  readonly phrases?: readonly string[] | undefined;
  /** Whether the last word of the text is the beginning of a word. */
  readonly prefix?: boolean | undefined;
}

/** Selects entries by their words; changes no score. */
export interface WordConditions {
  /** Terms that every matching document has. A document that has them all does not necessarily match. */
  readonly required: readonly QueryTerm[];
  /** Whether a document, given as the terms of `analyze`, meets the conditions. */
  meets(documentTerms: readonly string[]): boolean;
}

/** Makes the conditions of a search; `undefined` if every document meets them. */
export function createWordConditions(
  { text, match, phrases = [], prefix = false }: WordRequest,
  analyzer: Analyzer,
): WordConditions | undefined {
  const words = match === "all" ? requiredWords(text, prefix, analyzer) : [];
  const runs = phrases
    .map((phrase) => wordsOf(analyzer.tokenize(phrase)))
    .filter((run) => run.length > 0);
  if (words.length === 0 && runs.length === 0) return undefined;
  const certain = words.flatMap(({ whole, parts }) => (parts.length === 0 ? whole : []));
  const inRuns = runs
    .flat()
    .flatMap(({ term, parts }) => (parts.length === 0 && !isStopTerm(term) ? term : []));
  const tests = runs.map(createPhraseTest);
  return {
    required: [...new Set([...certain, ...inRuns])],
    meets(documentTerms) {
      const own = new Set(documentTerms);
      return (
        words.every(
          ({ whole, parts }) =>
            hasTerm(own, whole) || (parts.length > 0 && parts.every((part) => own.has(part))),
        ) && tests.every((has) => has(documentTerms))
      );
    },
  };
}

/** A word of the text. For a compound ("e-mail"), a document may have the whole or all of the parts. */
interface RequiredWord {
  readonly whole: QueryTerm;
  readonly parts: readonly string[];
}

function requiredWords(text: string, prefix: boolean, analyzer: Analyzer): RequiredWord[] {
  const terms = analyzer.analyzeQuery(text, { prefix });
  const wanted = new Set(terms);
  const tokens = analyzer.tokenize(text);
  const last = terms.at(-1);
  const words: RequiredWord[] = [];
  let complete = tokens;
  if (typeof last === "object") {
    const end = tokens.at(-1)?.end;
    const begun = tokens.filter((token) => token.end === end);
    complete = tokens.filter((token) => token.end !== end);
    // A complete stop word requires nothing if there are other words.
    if (terms.length === 1 || begun.some(({ term }) => !isStopTerm(term) || isTermOf(last, term))) {
      words.push({ whole: last, parts: [] });
    }
  }
  for (const { term, parts } of wordsOf(complete)) {
    if (parts.length > 0 || wanted.has(term)) words.push({ whole: term, parts });
  }
  return words;
}

function hasTerm(own: ReadonlySet<string>, term: QueryTerm): boolean {
  if (typeof term === "string") return own.has(term);
  for (const each of own) if (isTermOf(term, each)) return true;
  return false;
}
