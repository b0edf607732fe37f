import { assert, asyncProperty, boolean } from "fast-check";
import { describe, it } from "vitest";
import { storeFolder } from "./fixtures.ts";
import { Replicas } from "./replicas.ts";
import { rounds } from "./steps.ts";

describe("handles on one folder", () => {
  it("answer as a plain map would that takes the log's changes in order, whatever is flushed when", async () => {
    await assert(
      asyncProperty(rounds(8), boolean(), async (all, withVectors) => {
        await using replicas = await Replicas.open(await storeFolder(), withVectors);
        for (const round of all) await replicas.take(round);
        await replicas.expectSound();
      }),
      { numRuns: 8, endOnFailure: true },
    );
  }, 120_000);
});
