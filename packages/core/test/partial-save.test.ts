import { describe, expect, it } from "vitest";
import { MemoryError, type ItemResult, type Write, type WriteResult } from "../src/index.ts";
import { saveBatches } from "../src/partial-save.ts";

const writes: Write[] = Array.from({ length: 600 }, (_, i) => ({
  key: `k${i}`,
  value: i,
  source: "agent",
}));
const stored = (batch: readonly Write[]): WriteResult[] =>
  batch.map(({ key }) => ({ stored: true, version: `v-${key}` }));

async function failAt(call: number, error: unknown): Promise<MemoryError> {
  let calls = 0;
  const save = async (batch: readonly Write[]): Promise<WriteResult[]> => {
    calls++;
    if (calls === call) throw error;
    return stored(batch);
  };
  return saveBatches(writes, save).then(
    () => expect.unreachable(),
    (thrown: unknown) => thrown as MemoryError,
  );
}
const statuses = (results: readonly ItemResult[] = []) =>
  Map.groupBy(results, ({ status }) => status);

describe("saving more than fits into one batch", () => {
  it("goes in order, in batches of 256", async () => {
    const sizes: number[] = [];
    const results = await saveBatches(writes, async (batch) => {
      sizes.push(batch.length);
      return stored(batch);
    });
    expect(sizes).toEqual([256, 256, 88]);
    expect(results[599]).toEqual({ stored: true, version: "v-k599" });
  });

  it("that fails on the way says what became of each item", async () => {
    const lost = new MemoryError("MEM_TIMEOUT", "no answer", { outcome: "unknown" });
    const error = await failAt(2, lost);
    expect(error).toMatchObject({ code: "MEM_PARTIAL", outcome: "unknown", retryable: true });
    expect(statuses(error.results).get("stored")).toHaveLength(256);
    const failed = error.results?.slice(256) as { error: MemoryError }[];
    expect(failed.slice(0, 256).every((result) => result.error === lost)).toBe(true);
    // What was never sent is certainly not applied.
    expect(failed.slice(256).every((result) => result.error.outcome === "not-applied")).toBe(true);
  });

  it("that fails before anything is stored says so", async () => {
    const error = await failAt(1, new MemoryError("MEM_CAPACITY", "full"));
    expect(error).toMatchObject({ code: "MEM_PARTIAL", outcome: "not-applied" });
    expect(statuses(error.results).get("failed")).toHaveLength(600);
  });

  it("keeps what a backend knows of the items of its own batch", async () => {
    const known: ItemResult[] = Array.from({ length: 256 }, (_, i) =>
      i < 10
        ? { status: "stored", version: "v" }
        : { status: "failed", error: new MemoryError("MEM_CAPACITY", "full") },
    );
    const error = await failAt(2, new MemoryError("MEM_PARTIAL", "half", { results: known }));
    expect(statuses(error.results).get("stored")).toHaveLength(266);
  });
});
