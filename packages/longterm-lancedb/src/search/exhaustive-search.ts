import type { Query } from "@lancedb/lancedb";
import {
  createKeywordQuery,
  joinTerms,
  termName,
  type KeywordQuery,
  type QueryTerm,
} from "@mem/search";
import { candidateColumns, candidatesIn } from "./candidates.ts";
import type { LanceDb } from "../table/native-module.ts";
import type { Looked, Question, Scored } from "./question.ts";
import type { Searched } from "./searched.ts";
import { toTheirEnd } from "../reading/settled.ts";
import { all, HAS_VECTOR } from "../table/sql.ts";

/** What a search found, and how its words were weighted. */
export interface Found {
  readonly scored: readonly Scored[];
  /** Absent in a search by vector alone. */
  readonly query: KeywordQuery | undefined;
}

/**
 * Scores every entry of the scope that may be a hit. LanceDB only finds rows: its scores depend on the fragment that a
 * row is in, and on what other tenants store. Document frequencies are counted on the way.
 */
export async function scoreAll(
  searched: Searched,
  question: Question,
  lancedb: LanceDb,
): Promise<Found> {
  const { byKeyword, vector, terms } = question;
  const looked = new Map<string, Looked>();
  const [having, near] = await toTheirEnd(
    byKeyword && terms.length > 0 ? lookAtWords(searched, question, lancedb) : [],
    vector === undefined ? [] : lookAtVectors(searched, question),
  );
  for (const each of near) looked.set(each.candidate.id, each);
  for (const each of having) {
    const { near: nearness, terms: own } = looked.get(each.candidate.id) ?? each;
    looked.set(each.candidate.id, { ...each, near: nearness, terms: each.terms ?? own });
  }
  const unflushed = await question.lookAtAll(searched.unflushed);
  for (const each of unflushed) looked.set(each.candidate.id, each);
  const query = byKeyword ? queryOf(searched, terms, looked.values()) : undefined;
  return { scored: Array.from(looked.values(), (each) => question.score(each, query)), query };
}

function queryOf(
  { totals }: Searched,
  terms: readonly QueryTerm[],
  looked: Iterable<Looked>,
): KeywordQuery {
  const frequencies = terms.map(() => 0);
  for (const { counts } of looked) {
    for (const [at, having] of (counts?.frequencies ?? []).entries()) {
      if (having > 0) frequencies[at] = (frequencies[at] ?? 0) + 1;
    }
  }
  return weighTerms(totals, terms, frequencies);
}

/** Weights the query's terms by their document frequencies. */
export function weighTerms(
  { documents, totalLength }: Searched["totals"],
  terms: readonly QueryTerm[],
  frequencies: readonly number[],
): KeywordQuery {
  const byName = new Map(terms.map((term, at) => [termName(term), frequencies[at] ?? 0]));
  return createKeywordQuery(terms, {
    documents: Math.max(documents, ...frequencies),
    totalLength,
    documentFrequency: (term) => byName.get(termName(term)) ?? 0,
  });
}

async function lookAtWords(
  searched: Searched,
  question: Question,
  { MatchQuery }: LanceDb,
): Promise<Looked[]> {
  const { table, condition, totals } = searched;
  const columns = candidateColumns({ ...question.wanted, terms: true });
  const exact = question.terms.filter((term) => typeof term === "string");
  // No index finds prefixes, so with a prefix every row is looked at.
  const query =
    exact.length < question.terms.length
      ? table.query().select(columns)
      : table
          .query()
          .fullTextSearch(new MatchQuery(joinTerms(exact), "terms"))
          .select([...columns, "_score"])
          .limit(totals.rows);
  const looked = await lookAt(searched, question, query.where(condition));
  return looked.filter(({ counts }) => counts !== undefined);
}

async function lookAtVectors(searched: Searched, question: Question): Promise<Looked[]> {
  const { table, condition } = searched;
  const columns = candidateColumns({ ...question.wanted, vectors: true, passages: true });
  const query = table.query().select(columns).where(all(condition, HAS_VECTOR));
  return await lookAt(searched, question, query);
}

/** Reads batch by batch, so that the vectors of many rows are not in memory at once. */
async function lookAt(
  { slice, totals }: Searched,
  question: Question,
  query: Query,
): Promise<Looked[]> {
  const looked: Looked[] = [];
  if (totals.rows === 0) return looked;
  for await (const batch of query.withRowId()) {
    for (const read of candidatesIn(batch, slice)) looked.push(question.look(read));
  }
  return looked;
}
