import fc from "fast-check";

/** Terms from a small vocabulary, so that documents and queries meet; "~of" is a stop word's. */
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
