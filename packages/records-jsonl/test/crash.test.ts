import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createJsonlRecords } from "../src/index.ts";
import { idsOf, record } from "./fixtures/records.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";
import { endOf, notedIds, startWriter } from "./fixtures/writer-process.ts";

const KILLS = 4;

describe.each(["disk", "process"] as const)("kill -9 while writing, %s", (durability) => {
  it("loses no acknowledged record, and the next process goes on", async () => {
    await using folder = await temporaryFolder();
    const dir = join(folder.dir, "records");
    for (let kill = 0; kill < KILLS; kill++) {
      const notes = join(folder.dir, `notes-${kill}`);
      const name = `life${kill}`;
      const child = startWriter({
        dir,
        name,
        count: 1e9,
        outputBytes: 3000,
        concurrency: 16,
        durability,
        notes,
      });
      while ((await notedIds(notes)).length < 50 * (kill + 1)) {
        expect(child.exitCode).toBeNull();
        await delay(5);
      }
      child.kill("SIGKILL");
      expect(await endOf(child)).toBe("SIGKILL");
    }

    await using store = createJsonlRecords({ dir, durability });
    await store.append([record(0, { id: "after" })]);
    const ids = await idsOf(store, { agentId: "strategy" });
    const stored = new Set(ids);
    expect(stored.size).toBe(ids.length);
    expect(ids.at(-1)).toBe("after");
    for (let kill = 0; kill < KILLS; kill++) {
      const acknowledged = await notedIds(join(folder.dir, `notes-${kill}`));
      expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
    }
  });
});
