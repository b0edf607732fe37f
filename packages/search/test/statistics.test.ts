import fc from "fast-check";
import { expect, it } from "vitest";
import { combineStatistics, createKeywordIndex } from "../src/index.ts";
import { documents, queries, statisticsOf } from "./documents.ts";

it("statistics of several scopes are the sum, and follow", () => {
  fc.assert(
    fc.property(documents, documents, queries, (left, right, wanted) => {
      const [one, other] = [createKeywordIndex(), createKeywordIndex()];
      const combined = combineStatistics([one.statistics, other.statistics]);
      for (const [id, text] of left) one.add(id, text);
      for (const [id, text] of right) other.add(id, text);
      const all = statisticsOf([...left.values(), ...right.values()]);
      expect(combined.documents).toBe(all.documents);
      expect(combined.totalLength).toBe(all.totalLength);
      for (const term of wanted) {
        expect(combined.documentFrequency(term)).toBe(all.documentFrequency(term));
      }
    }),
  );
});
