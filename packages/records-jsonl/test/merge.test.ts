import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createJsonlRecords } from "../src/index.ts";
import { idsOf, record } from "./fixtures/records.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

describe("the records of several agents", () => {
  it("come in the order of time and id, on pages of any size, in both directions", async () => {
    const run = fc.record({ agent: fc.nat(4), wait: fc.nat(2), inputLength: fc.nat(3000) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(run, { maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        async (runs, limit) => {
          await using folder = await temporaryFolder();
          await using store = createJsonlRecords({ dir: folder.dir, durability: "process" });
          let now = 0;
          const sent = runs.map(({ agent, wait, inputLength }, n) =>
            record((now += wait), {
              id: String(n).padStart(3, "0"),
              agentId: `agent-${agent}`,
              input: "x".repeat(inputLength),
            }),
          );
          await store.append(sent);
          const ids = sent.map(({ id }) => id);
          expect(await idsOf(store, { limit })).toEqual(ids);
          expect(await idsOf(store, { limit, order: "newest" })).toEqual(ids.toReversed());
        },
      ),
      { numRuns: 25 },
    );
  });

  it("come in order from more files than a query keeps whole chunks of in memory", async () => {
    await using folder = await temporaryFolder();
    await using store = createJsonlRecords({ dir: folder.dir, durability: "process" });
    const input = "x".repeat(8000);
    const sent = Array.from({ length: 2700 }, (_, n) =>
      record(n, { agentId: `agent-${n % 270}`, input }),
    );
    await store.append(sent);
    const ids = sent.map(({ id }) => id);
    expect(await idsOf(store, { limit: 5000 })).toEqual(ids);
    expect(await idsOf(store, { limit: 1500, order: "newest" })).toEqual(ids.toReversed());
  });
});
