import type { Analyzer, Token } from "./analyzer.ts";
import { isTermOf, type QueryTerm } from "./query-term.ts";
import { isStopTerm } from "./term.ts";

/** Which words an entry has to have to be found. */
export interface WordRequest {
  readonly text: string;
  /** `"all"`: every word of the text, stop words aside unless there are no others. Default `"any"`. */
  readonly match?: "any" | "all" | undefined;
  /** Each of these, word after word, stop words too. One that has no words asks for nothing. */
  readonly phrases?: readonly string[] | undefined;
  /** Whether the last word of the text is the beginning of one. */
  readonly prefix?: boolean | undefined;
}

/** Chooses among entries by their words; changes no score. */
export interface WordConditions {
  /** Terms of which a document that meets them has every one. Having them all does not mean that it does. */
  readonly required: readonly QueryTerm[];
  /** Whether a document, given as the terms of `analyze`, is one of those that are asked for. */
  meets(documentTerms: readonly string[]): boolean;
}

/** The conditions of a search; `undefined` where any document will do. */
export function createWordConditions(
  { text, match, phrases = [], prefix = false }: WordRequest,
  analyzer: Analyzer,
): WordConditions | undefined {
  const words = match === "all" ? wordsOf(text, prefix, analyzer) : [];
  const runs = phrases.map((phrase) => analyzer.analyze(phrase)).filter((run) => run.length > 0);
  if (words.length === 0 && runs.length === 0) return undefined;
  const certain = words.flatMap(({ whole, parts }) => (parts === undefined ? whole : []));
  const inRuns = runs.flat().filter((term) => !isStopTerm(term));
  return {
    required: [...new Set([...certain, ...inRuns])],
    meets(documentTerms) {
      const own = new Set(documentTerms);
      return (
        words.every(
          ({ whole, parts }) =>
            hasTerm(own, whole) || (parts?.every((part) => own.has(part)) ?? false),
        ) && runs.every((run) => hasRun(documentTerms, run))
      );
    },
  };
}

/** A word of the text. Of a compound ("e-mail"), a document may have the whole or all of the parts. */
interface RequiredWord {
  readonly whole: QueryTerm;
  readonly parts?: readonly string[];
}

function wordsOf(text: string, prefix: boolean, analyzer: Analyzer): RequiredWord[] {
  const terms = analyzer.analyzeQuery(text, { prefix });
  const wanted = new Set(terms);
  const tokens = analyzer.tokenize(text);
  const last = terms.at(-1);
  const words: RequiredWord[] = [];
  let whole = tokens;
  if (typeof last === "object") {
    const end = tokens.at(-1)?.end;
    const begun = tokens.filter((token) => token.end === end);
    whole = tokens.filter((token) => token.end !== end);
    // A stop word that is complete asks for nothing beside other words.
    if (terms.length === 1 || begun.some(({ term }) => !isStopTerm(term) || isTermOf(last, term))) {
      words.push({ whole: last });
    }
  }
  for (let at = 0; at < whole.length;) {
    const token = whole[at] as Token;
    const parts = partsOf(token, whole, at + 1);
    if (parts.length > 0) words.push({ whole: token.term, parts });
    else if (wanted.has(token.term)) words.push({ whole: token.term });
    at += 1 + parts.length;
  }
  return words;
}

/** The terms that follow a compound's own and lie within it. */
function partsOf({ start, end }: Token, tokens: readonly Token[], from: number): string[] {
  const parts: string[] = [];
  for (let at = from; at < tokens.length; at++) {
    const token = tokens[at] as Token;
    if (token.end > end || token.end - token.start >= end - start) break;
    parts.push(token.term);
  }
  return parts;
}

function hasTerm(own: ReadonlySet<string>, term: QueryTerm): boolean {
  if (typeof term === "string") return own.has(term);
  for (const each of own) if (isTermOf(term, each)) return true;
  return false;
}

/** Whether the terms stand next to each other, in this order. */
function hasRun(terms: readonly string[], [first = "", ...others]: readonly string[]): boolean {
  for (let at = terms.indexOf(first); at >= 0; at = terms.indexOf(first, at + 1)) {
    if (others.every((term, i) => terms[at + 1 + i] === term)) return true;
  }
  return false;
}
