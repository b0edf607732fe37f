import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createManualClock } from "@mem/core";
import { describe, expect, it } from "vitest";
import { createJsonlRecords } from "../src/index.ts";
import { encodeSeal } from "../src/line/control-line.ts";
import { plainDigester } from "../src/line/line-digest.ts";
import { idsOf, record } from "./fixtures/records.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";
import { readTrail } from "./fixtures/trail.ts";

describe("a link planted", () => {
  it.each([".lock", "strategy~000001.jsonl", "strategy~000001.jsonl.gz", "strategy.jsonl.tmp"])(
    "at %s leads nothing away",
    async (name) => {
      await using folder = await temporaryFolder();
      const dir = join(folder.dir, "records");
      const target = join(folder.dir, "target");
      await mkdir(dir);
      await writeFile(target, "precious\n");
      await symlink(target, join(dir, name));
      await using store = createJsonlRecords({
        dir,
        durability: "process",
        rotate: { bytes: 100 },
        clock: createManualClock(),
      });
      await store.append([record(1)]);
      await store.flush();
      await store.append([record(2)]);
      await store.rotate().catch((error: unknown) => expect(error).toHaveProperty("code"));
      expect(await readFile(target, "utf8")).toBe("precious\n");
      expect(await readdir(folder.dir)).toEqual(["records", "target"]);
      expect(await idsOf(store, { agentId: "strategy" })).toEqual(["record-1", "record-2"]);
    },
  );

  it("at .index leads no index away, and keeps no segment from being finished", async () => {
    await using folder = await temporaryFolder();
    const dir = join(folder.dir, "records");
    const target = join(folder.dir, "target");
    await mkdir(dir);
    await mkdir(target);
    await symlink(target, join(dir, ".index"));
    await using store = createJsonlRecords({ dir, durability: "process" });
    await store.append([record(1)]);
    await store.rotate();
    expect(await readdir(target)).toEqual([]);
    expect((await readTrail(dir)).files).toEqual(["strategy~000001.jsonl.gz", "strategy.jsonl"]);
    expect(await idsOf(store)).toEqual(["record-1"]);
  });
});

describe("a seal planted in the current file", () => {
  it("makes nothing void that stands behind it", async () => {
    await using folder = await temporaryFolder();
    const { dir } = folder;
    await using store = createJsonlRecords({ dir, durability: "process" });
    await store.append([record(1)]);
    const seal = encodeSeal(1, "2026-01-01T00:00:00.000Z", plainDigester);
    await writeFile(join(dir, "strategy.jsonl"), `${seal}\n${seal}\n`, { flag: "a" });
    await store.append([record(2)]);
    expect(await idsOf(store)).toEqual(["record-1", "record-2"]);
    await store.rotate();
    await store.append([record(3)]);
    expect(await idsOf(store)).toEqual(["record-1", "record-2", "record-3"]);
    const { status, messages } = await store.health();
    expect(status).toBe("degraded");
    expect(messages.join()).toContain("strategy~000001.jsonl.gz");
  });
});
