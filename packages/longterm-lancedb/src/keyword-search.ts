import type { Table } from "@lancedb/lancedb";
import { createKeywordQuery, joinTerms, scoreKeyword, splitTerms } from "@mem/search";
import { candidateColumns, candidatesIn, type Candidate } from "./candidates.ts";
import type { LanceDb } from "./native-module.ts";
import type { ScopeTotals } from "./scope-statistics.ts";

/** A candidate with its share of the query's upper bound. */
export interface KeywordCandidate extends Candidate {
  readonly keyword: number;
}

export interface KeywordRequest {
  /** SQL. */
  readonly scope: string;
  /** Of `analyzeQuery`. */
  readonly terms: readonly string[];
  readonly totals: ScopeTotals;
  readonly withMetadata: boolean;
}

/**
 * Every row of the scope that has one of the terms. LanceDB only finds them: its scores depend on the fragment that a
 * row lies in, and on what other tenants store. How many rows have a term is counted here, so it is exact.
 */
export async function searchByKeyword(
  table: Table,
  { MatchQuery }: LanceDb,
  { scope, terms, totals, withMetadata }: KeywordRequest,
): Promise<KeywordCandidate[]> {
  if (terms.length === 0 || totals.documents === 0) return [];
  const result = await table
    .query()
    .fullTextSearch(new MatchQuery(joinTerms(terms), "terms"))
    .where(scope)
    .select([...candidateColumns(withMetadata), "terms", "_score"])
    .limit(totals.documents)
    .toArrow();
  const stored = result.getChild("terms");
  const documents = new Map(terms.map((term) => [term, { having: 0, last: -1 }]));
  const found: { readonly candidate: Candidate; readonly terms: readonly string[] }[] = [];
  for (const [candidate, row] of candidatesIn(result)) {
    const own = splitTerms(String(stored?.get(row)));
    for (const term of own) {
      const counted = documents.get(term);
      if (counted === undefined || counted.last === row) continue;
      counted.last = row;
      counted.having++;
    }
    found.push({ candidate, terms: own });
  }
  const query = createKeywordQuery(terms, {
    documents: Math.max(totals.documents, found.length),
    totalLength: totals.totalLength,
    documentFrequency: (term) => documents.get(term)?.having ?? 0,
  });
  return found.map(({ candidate, terms: own }) => ({
    ...candidate,
    keyword: scoreKeyword(query, own),
  }));
}
