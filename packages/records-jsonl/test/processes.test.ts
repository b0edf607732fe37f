import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createJsonlRecords } from "../src/index.ts";
import { idsOf, parseLines } from "./fixtures/records.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";
import { endOf, startWriter } from "./fixtures/writer-process.ts";

describe("three processes", () => {
  it("write large records to one agent's file without breaking a line", async () => {
    await using folder = await temporaryFolder();
    const dir = join(folder.dir, "records");
    const names = ["a", "b", "c"];
    const writers = names.map((name) =>
      startWriter({
        dir,
        name,
        count: 20,
        outputBytes: 700_000,
        concurrency: 4,
        durability: "process",
        notes: join(folder.dir, name),
      }),
    );
    expect(await Promise.all(writers.map(endOf))).toEqual([0, 0, 0]);

    const lines = await parseLines(dir, "strategy.jsonl");
    const expected = names.flatMap((name) => Array.from({ length: 20 }, (_, n) => `${name}-${n}`));
    expect(lines.map(({ id }) => id).toSorted()).toEqual(expected.toSorted());
    expect(lines.every(({ output }) => (output as string).length === 700_000)).toBe(true);

    await using store = createJsonlRecords({ dir });
    const ids = await idsOf(store, { agentId: "strategy" });
    expect(ids).toEqual(lines.map(({ id }) => id));
    expect(await store.health()).toMatchObject({ status: "ok" });
  });
});
