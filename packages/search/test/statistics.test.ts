import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { combineStatistics, createStatistics, type FieldStatistics } from "../src/index.ts";
import { documents, term, terms } from "./documents.ts";

const values = (statistics: FieldStatistics): unknown => [
  statistics.documents,
  statistics.totalLength,
  ...["a", "b", "c", "d", "e", "~of", "__proto__", "toString"].map((each) =>
    statistics.documentFrequency(each),
  ),
];

describe("statistics", () => {
  it("count documents, their length without stop words, and who has a term", () => {
    const statistics = createStatistics();
    statistics.add(["a", "b", "a", "~of"]);
    statistics.add(["a"]);
    expect(statistics).toMatchObject({ documents: 2, totalLength: 4 });
    expect(["a", "b", "~of", "z"].map((each) => statistics.documentFrequency(each))).toEqual([
      2, 1, 1, 0,
    ]);
  });

  it("are as before when what was added is removed, in any order", () => {
    fc.assert(
      fc.property(documents, fc.array(terms), (texts, others) => {
        const statistics = createStatistics();
        for (const text of texts.values()) statistics.add(text);
        const before = values(statistics);
        for (const other of others) statistics.add(other);
        for (const other of others) statistics.remove(other.toReversed());
        expect(values(statistics)).toEqual(before);
      }),
    );
  });

  it("refuse to remove what was not added, and stay as they are", () => {
    fc.assert(
      fc.property(terms, terms, term, (text, other, foreign) => {
        const statistics = createStatistics();
        statistics.add(text.filter((each) => each !== foreign));
        const before = values(statistics);
        expect(() => statistics.remove([...other, foreign])).toThrow(RangeError);
        expect(values(statistics)).toEqual(before);
      }),
    );
    expect(() => createStatistics().remove([])).toThrow(RangeError);
  });

  it("of several scopes are the sum, and follow", () => {
    fc.assert(
      fc.property(documents, documents, (left, right) => {
        const [one, other, both] = [createStatistics(), createStatistics(), createStatistics()];
        const combined = combineStatistics([one, other]);
        for (const text of left.values()) {
          one.add(text);
          both.add(text);
        }
        for (const text of right.values()) {
          other.add(text);
          both.add(text);
        }
        expect(values(combined)).toEqual(values(both));
      }),
    );
  });
});
