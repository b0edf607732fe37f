import type { SearchHit, SearchScores } from "@mem/core";
import { snippet, type Analyzer } from "@mem/search";
import type { Candidate } from "./candidate.ts";
import { copyEntry } from "./stored-entry.ts";

/** What the caller gets of a candidate; `terms` are those of the query. */
export function searchHit(
  candidate: Candidate,
  terms: readonly string[],
  analyzer: Analyzer,
  byWords: boolean,
): SearchHit {
  const { entry } = candidate.stored;
  const { keyword, vector } = candidate.scores;
  const own = Math.min(1, keyword + vector);
  // What is borrowed comes on top of the entry's own score, and only as far as to the best score there is.
  const neighbours = Math.min(candidate.scores.neighbours, 1 - own);
  const scores: SearchScores = {
    ...(byWords && { keyword }),
    ...(candidate.compared && { vector }),
    ...(neighbours > 0 && { neighbours }),
  };
  const inText = new Set(byWords ? analyzer.analyze(entry.text) : []);
  return {
    ...copyEntry(entry),
    score: own + neighbours,
    scores,
    snippet: snippet(entry.text, terms, analyzer).text,
    matched: terms.filter((term) => inText.has(term)),
  };
}
