import {
  createKeywordQuery,
  joinTerms,
  scoreKeyword,
  splitTerms,
  type Analyzer,
} from "@mem/search";
import { candidateColumns, candidatesIn, type Candidate } from "./candidates.ts";
import type { LanceDb } from "../table/native-module.ts";
import { termsOf } from "./scope-statistics.ts";
import type { Searched } from "./searched.ts";

/** A candidate with its share of the query's upper bound. */
export interface KeywordCandidate extends Candidate {
  readonly keyword: number;
}

/** What has at least one of the terms that are looked for. */
interface Match {
  readonly candidate: Candidate;
  readonly terms: readonly string[];
}

/**
 * Every entry that has one of the terms, which are those of `analyzeQuery`. LanceDB only finds rows: its scores depend
 * on the fragment that a row lies in, and on what other tenants store. How many entries have a term is counted here,
 * so it is exact.
 */
export async function searchByKeyword(
  searched: Searched,
  { MatchQuery }: LanceDb,
  analyzer: Analyzer,
  terms: readonly string[],
): Promise<KeywordCandidate[]> {
  if (terms.length === 0) return [];
  const { totals } = searched;
  const having = new Map(terms.map((term) => [term, 0]));
  const found: Match[] = [];
  const look = (candidate: Candidate, own: readonly string[]): void => {
    if (countTerms(own, having)) found.push({ candidate, terms: own });
  };
  await searchRows(searched, new MatchQuery(joinTerms(terms), "terms"), look);
  for (const candidate of searched.unflushed) {
    look(candidate, termsOf(candidate.unflushed.entry, analyzer));
  }
  const query = createKeywordQuery(terms, {
    documents: Math.max(totals.documents, found.length),
    totalLength: totals.totalLength,
    documentFrequency: (term) => having.get(term) ?? 0,
  });
  return found.map(({ candidate, terms: own }) => ({
    ...candidate,
    keyword: scoreKeyword(query, own),
  }));
}

async function searchRows(
  { table, condition, slice, totals: { rows }, withMetadata }: Searched,
  query: InstanceType<LanceDb["MatchQuery"]>,
  look: (candidate: Candidate, terms: readonly string[]) => void,
): Promise<void> {
  if (rows === 0) return;
  const result = await table
    .query()
    .fullTextSearch(query)
    .where(condition)
    .select([...candidateColumns(withMetadata), "terms", "_score"])
    .limit(rows)
    .toArrow();
  const stored = result.getChild("terms");
  for (const [candidate, row] of candidatesIn(result, slice)) {
    look(candidate, splitTerms(String(stored?.get(row))));
  }
}

/** Counts one more for each of the terms that a text has; whether it has any. */
function countTerms(own: readonly string[], having: Map<string, number>): boolean {
  let counted: Set<string> | undefined;
  for (const term of own) {
    const before = having.get(term);
    if (before === undefined || counted?.has(term) === true) continue;
    counted ??= new Set();
    counted.add(term);
    having.set(term, before + 1);
  }
  return counted !== undefined;
}
