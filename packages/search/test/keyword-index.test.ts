import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createKeywordIndex,
  createKeywordQuery,
  createTermCounter,
  scoreKeyword,
  type KeywordIndex,
  type KeywordQuery,
} from "../src/index.ts";
import { cpuTime } from "./cpu-time.ts";
import { documents, queries, statisticsOf, terms } from "./documents.ts";

/** What the index has to find: every document, scored on its own. */
function scoreEach(texts: Map<string, string[]>, query: KeywordQuery): Map<string, number> {
  const count = createTermCounter(query.terms);
  const scores = [...texts].flatMap(([id, text]) => {
    const counts = count(text);
    return counts ? [[id, scoreKeyword(query, counts)] as const] : [];
  });
  return new Map(scores);
}

function found(index: KeywordIndex, query: KeywordQuery): Map<string, number> {
  return new Map(index.search(query).map(({ id, keyword }) => [id, keyword]));
}

describe("keyword index", () => {
  it("finds exactly the documents that match, with exactly their scores", () => {
    fc.assert(
      fc.property(documents, queries, (texts, wanted) => {
        const index = createKeywordIndex();
        for (const [id, text] of texts) index.add(id, text);
        const query = createKeywordQuery(wanted, index.statistics);
        expect(found(index, query)).toEqual(scoreEach(texts, query));
      }),
    );
  });

  it("is, after any additions, replacements and removals, as if made of what is left", () => {
    const change = fc.record({
      id: fc.constantFrom("x", "y", "z", "", "__proto__"),
      text: fc.option(terms, { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), queries, (changes, wanted) => {
        const index = createKeywordIndex();
        const left = new Map<string, string[]>();
        for (const { id, text } of changes) {
          if (text) index.add(id, text);
          else expect(index.remove(id)).toBe(left.has(id));
          if (text) left.set(id, text);
          else left.delete(id);
          const statistics = statisticsOf(left.values());
          expect(index.statistics.documents).toBe(statistics.documents);
          expect(index.statistics.totalLength).toBe(statistics.totalLength);
          const query = createKeywordQuery(wanted, statistics);
          expect(createKeywordQuery(wanted, index.statistics)).toEqual(query);
          expect(found(index, query)).toEqual(scoreEach(left, query));
        }
      }),
    );
  });

  it("does not mind the order of insertion", () => {
    fc.assert(
      fc.property(documents, queries, (texts, wanted) => {
        const [forth, back] = [createKeywordIndex(), createKeywordIndex()];
        for (const [id, text] of texts) forth.add(id, text);
        for (const [id, text] of [...texts].toReversed()) back.add(id, text);
        const query = createKeywordQuery(wanted, forth.statistics);
        expect(createKeywordQuery(wanted, back.statistics)).toEqual(query);
        expect(found(back, query)).toEqual(found(forth, query));
      }),
    );
  });

  it("scores by the statistics of the query, which may be those of more than the index", () => {
    fc.assert(
      fc.property(documents, documents, queries, (here, there, wanted) => {
        const index = createKeywordIndex();
        for (const [id, text] of here) index.add(id, text);
        const everything = statisticsOf([...here.values(), ...there.values()]);
        const query = createKeywordQuery(wanted, everything);
        expect(found(index, query)).toEqual(scoreEach(here, query));
      }),
    );
  });

  it("knows nothing of another index", () => {
    const [mine, theirs] = [createKeywordIndex(), createKeywordIndex()];
    mine.add("1", ["cat"]);
    const before = mine.search(createKeywordQuery(["cat"], mine.statistics));
    theirs.add("1", ["cat", "cat"]);
    theirs.add("2", ["cat"]);
    expect(mine.search(createKeywordQuery(["cat"], mine.statistics))).toEqual(before);
  });

  it("does not slow down or grow by entries that come and go", () => {
    const index = createKeywordIndex();
    index.add("stays", ["a", "b"]);
    const time = cpuTime(() => {
      for (let turn = 0; turn < 200_000; turn++) {
        index.add("passes", ["a", `only${turn}`]);
        index.remove("passes");
      }
      const query = createKeywordQuery(["a"], index.statistics);
      for (let turn = 0; turn < 1000; turn++) expect(index.search(query)).toHaveLength(1);
    });
    expect(time).toBeLessThan(5000);
  });
});
