import { readdir } from "node:fs/promises";
import type { Health } from "@mem/core";
import { describe, expect, it } from "vitest";
import { createJsonlRecords } from "../src/index.ts";
import { idsOf, record } from "./fixtures/records.ts";
import { runScript } from "./fixtures/run-script.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

describe("rotation that can't be done", () => {
  it("for want of descriptors fails no append, and is done when there are some again", async () => {
    await using folder = await temporaryFolder();
    const output = await runScript("starve-upkeep.ts", [folder.dir], "ulimit -n 64");
    const { starved, fed, ids, ok } = JSON.parse(output) as {
      starved: Health;
      fed: Health;
      ids: string[];
      ok: boolean;
    };
    expect(starved).toMatchObject({ status: "degraded" });
    expect(starved.messages.join()).toMatch(/was not looked after: EMFILE/);
    expect(fed).toMatchObject({ status: "ok", messages: [] });
    expect(ids).toEqual(Array.from({ length: 20 }, (_, n) => `record-${n}`));
    expect(ok).toBe(true);
    expect(await readdir(folder.dir)).toContain("strategy~000001.jsonl.gz");
  });

  it("for want of room is said to who asked for it, loses nothing, and is finished later", async () => {
    await using folder = await temporaryFolder();
    const { dir } = folder;
    const output = await runScript("rotate-when-full.ts", [dir], "ulimit -f 40");
    const { codes, acknowledged, readable } = JSON.parse(output) as {
      codes: string[];
      acknowledged: string[];
      readable: string[];
    };
    expect(codes).toEqual(Array.from({ length: 3 }, () => "MEM_CAPACITY not-applied"));
    expect(readable).toEqual(acknowledged);
    expect((await readdir(dir)).toSorted()).toContain("strategy~000001.jsonl");

    await using store = createJsonlRecords({ dir });
    await store.append([record(0, { id: "later" })]);
    await store.flush();
    expect(await readdir(dir)).toContain("strategy~000001.jsonl.gz");
    expect(await idsOf(store)).toEqual([...acknowledged, "later"]);
    expect(await store.verify()).toMatchObject({ ok: true });
    expect(await store.health()).toMatchObject({ status: "ok", messages: [] });
  });
});
