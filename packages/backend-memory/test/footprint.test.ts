import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { KINDS } from "./fixtures/kinds.ts";

const SCRIPT = fileURLToPath(new URL("./fixtures/measures-heap.ts", import.meta.url));

/** The ratio of the bytes that the store counts for its entries to the growth of the heap of a separate process. */
async function estimateToTruth(kind: string, entriesPerScope = 1000): Promise<number> {
  const args = ["--expose-gc", "--conditions=@mem/source", SCRIPT, kind, `${entriesPerScope}`];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 });
  const { taken, estimated } = JSON.parse(stdout) as { taken: number; estimated: number };
  return estimated / taken;
}

describe("the bytes that a bounded store counts are within a quarter of the heap that Node takes", () => {
  it.each(Object.keys(KINDS))("for %s", { timeout: 60_000 }, async (kind) => {
    const ratio = await estimateToTruth(kind);
    expect(ratio).toBeGreaterThan(0.75);
    expect(ratio).toBeLessThan(1.25);
  });

  it("also where each scope holds but one entry", { timeout: 60_000 }, async () => {
    const ratio = await estimateToTruth("small flat", 1);
    expect(ratio).toBeGreaterThan(0.75);
    expect(ratio).toBeLessThan(1.25);
  });
});
