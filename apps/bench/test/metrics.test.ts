import { describe, expect, it } from "vitest";
import { judge, mean } from "../src/search-quality/metrics.ts";
import { fuseRanks } from "../src/search-quality/rank-fusion.ts";

const relevance = new Map([
  ["a", 3],
  ["b", 1],
  ["c", 2],
]);

describe("the quality of a ranking", () => {
  it("is that of trec_eval, computed by hand", () => {
    const { ndcg, recall, reciprocalRank } = judge(["x", "a", "b"], relevance);
    // Gains 0, 3, 1 at discounts 1, log2(3), 2; ideally 3, 2, 1.
    const ideal = 3 + 2 / Math.log2(3) + 1 / 2;
    expect(ndcg).toBeCloseTo((3 / Math.log2(3) + 1 / 2) / ideal, 12);
    expect(recall).toBeCloseTo(2 / 3, 12);
    expect(reciprocalRank).toBe(1 / 2);
  });

  it("is 1 where the best come first, in the order of their relevance", () => {
    expect(judge(["a", "c", "b", "x"], relevance)).toEqual({
      ndcg: 1,
      recall: 1,
      reciprocalRank: 1,
    });
    expect(judge(["a", "b", "c"], relevance).ndcg).toBeLessThan(1);
  });

  it("is 0 where nothing relevant is found, or nothing at all", () => {
    const nothing = { ndcg: 0, recall: 0, reciprocalRank: 0 };
    expect(judge(["x", "y"], relevance)).toEqual(nothing);
    expect(judge([], relevance)).toEqual(nothing);
  });

  it("counts ten places, and recall over all that is relevant", () => {
    const many = new Map(Array.from({ length: 20 }, (_, i) => [`d${i}`, 1]));
    expect(judge([...many.keys()], many)).toEqual({ ndcg: 1, recall: 0.5, reciprocalRank: 1 });
    const late = [...Array.from({ length: 10 }, (_, i) => `x${i}`), "d0"];
    expect(judge(late, many).recall).toBe(0);
  });

  it("is the mean over queries, however much each of them has to find", () => {
    const few = judge(["a"], new Map([["a", 1]]));
    const none = judge([], relevance);
    expect(mean([few, none])).toEqual({ ndcg: 0.5, recall: 0.5, reciprocalRank: 0.5 });
  });
});

describe("ranks that are fused", () => {
  it("put what both name before what one names first", () => {
    expect(
      fuseRanks([
        ["a", "b"],
        ["c", "b"],
      ]),
    ).toEqual(["b", "a", "c"]);
  });
});
