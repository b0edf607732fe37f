import fc from "fast-check";
import {
  documentLength,
  isTermOf,
  type FieldStatistics,
  type QueryTerm,
  type TermPrefix,
} from "../src/index.ts";

/** Terms of a small vocabulary, so that documents and queries share some; "~of" is that of a stop word. */
export const term: fc.Arbitrary<string> = fc.constantFrom(
  "a",
  "b",
  "c",
  "d",
  "e",
  "~of",
  "__proto__",
);

/** The terms of a text. */
export const terms: fc.Arbitrary<string[]> = fc.array(term, { maxLength: 12 });

/** Some texts by id. */
export const documents: fc.Arbitrary<Map<string, string[]>> = fc
  .dictionary(fc.string({ maxLength: 2 }), terms, { maxKeys: 12 })
  .map((byId) => new Map(Object.entries(byId)));

/** The distinct terms of a query. */
export const queryTerms: fc.Arbitrary<string[]> = fc.uniqueArray(term, { maxLength: 6 });

/** A prefix that stands for some of these terms. */
export const prefix: fc.Arbitrary<TermPrefix> = fc
  .record({
    starts: fc.uniqueArray(fc.constantFrom("a", "b", "_", "x"), { maxLength: 2 }),
    stems: fc.uniqueArray(fc.constantFrom("c", "d", "~of"), { maxLength: 2 }),
  })
  .map((stands) => ({ name: "prefix*", ...stands }));

/** A query whose last term may be a prefix. */
export const queries: fc.Arbitrary<QueryTerm[]> = fc
  .tuple(queryTerms, fc.option(prefix, { nil: undefined }))
  .map(([exact, last]) => [...exact, ...(last ? [last] : [])]);

function isOf(wanted: QueryTerm, each: string): boolean {
  return typeof wanted === "string" ? wanted === each : isTermOf(wanted, each);
}

/** Statistics by counting every text. */
export function statisticsOf(texts: Iterable<readonly string[]>): FieldStatistics {
  const all = [...texts];
  return {
    documents: all.length,
    totalLength: all.reduce((sum, text) => sum + documentLength(text), 0),
    documentFrequency: (wanted) =>
      all.filter((text) => text.some((each) => isOf(wanted, each))).length,
  };
}
