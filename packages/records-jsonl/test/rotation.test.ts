import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createManualClock } from "@mem/core";
import { describe, expect, it } from "vitest";
import { createJsonlRecords, type JsonlRecordsOptions } from "../src/index.ts";
import { createDigester } from "../src/line/line-digest.ts";
import { idsOf, record, series } from "./fixtures/records.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";
import { readTrail } from "./fixtures/trail.ts";

const DAY_MS = 86_400_000;

async function open(options: Partial<JsonlRecordsOptions> = {}) {
  const folder = await temporaryFolder();
  const create = () => createJsonlRecords({ dir: folder.dir, durability: "process", ...options });
  return { ...folder, create, store: create() };
}

async function files(dir: string): Promise<string[]> {
  return (await readdir(dir)).filter((name) => name.includes(".jsonl")).toSorted();
}

describe("rotation", () => {
  it("by size puts every record into one of many segments, once and in order", async () => {
    await using place = await open({ rotate: { bytes: 20_000 } });
    await using store = place.store;
    const sent = series(2000);
    for (let n = 0; n < sent.length; n += 50) {
      await Promise.all(sent.slice(n, n + 50).map((each) => store.append([each])));
      await store.flush();
    }
    const trail = await readTrail(place.dir);
    expect(trail.ids).toEqual(sent.map(({ id }) => id));
    expect(trail.problems).toEqual([]);
    expect(trail.files.length).toBeGreaterThan(20);
    expect(trail.files.slice(0, -1).every((name) => name.endsWith(".gz"))).toBe(true);
    const closed = trail.controls.filter(({ type }) => type === "closed");
    expect(closed).toHaveLength(trail.files.length - 1);
    // One chain of records, and one of lines about the files.
    expect(trail.writers.size).toBe(2);
    expect(await idsOf(store)).toEqual(trail.ids);
    expect(await store.health()).toMatchObject({ status: "ok" });
  });

  it("by hand does nothing where nothing was appended since", async () => {
    await using place = await open();
    await using store = place.store;
    await store.rotate();
    await store.append([record(1)]);
    await store.append([record(2, { agentId: "content" })]);
    await store.append([record(3, { tenantId: "acme" })]);
    await store.rotate({ agentId: "content" });
    expect(await files(place.dir)).toEqual([
      "content.jsonl",
      "content~000001.jsonl.gz",
      "strategy.jsonl",
    ]);
    await store.rotate();
    await store.rotate();
    expect(await files(place.dir)).toEqual([
      "content.jsonl",
      "content~000001.jsonl.gz",
      "strategy.jsonl",
      "strategy~000001.jsonl.gz",
    ]);
    expect(await files(join(place.dir, "@acme"))).toEqual([
      "strategy.jsonl",
      "strategy~000001.jsonl.gz",
    ]);
    const { controls, ids } = await readTrail(place.dir);
    expect(ids).toEqual(["record-1"]);
    expect(controls).toMatchObject([
      { type: "segment", segment: 2 },
      { type: "closed", segment: 1, lines: 1 },
    ]);
  });

  it("by day happens after the first append of a UTC day, also for the store that comes then", async () => {
    const clock = createManualClock(Date.UTC(2026, 0, 1, 12));
    await using place = await open({ clock, rotate: { daily: true } });
    const at = (n: number) => record(n, { timestamp: new Date(clock.now()).toISOString() });
    {
      await using store = place.store;
      await store.append([at(1)]);
      await store.flush();
      clock.advance(DAY_MS / 3);
      await store.append([at(2)]);
      await store.flush();
      expect(await files(place.dir)).toEqual(["strategy.jsonl"]);
      clock.advance(DAY_MS / 3);
      await store.append([at(3)]);
      await store.flush();
      expect(await files(place.dir)).toEqual(["strategy.jsonl", "strategy~000001.jsonl.gz"]);
      await store.append([at(4)]);
    }
    clock.advance(DAY_MS);
    await using store = place.create();
    await store.append([at(5)]);
    await store.flush();
    const trail = await readTrail(place.dir);
    expect(trail.files).toHaveLength(3);
    expect(trail.ids).toEqual(["record-1", "record-2", "record-3", "record-4", "record-5"]);
    expect(trail.problems).toEqual([]);
  });

  it("leaves segments as they are without compression, sealed", async () => {
    await using place = await open({ compress: false });
    await using store = place.store;
    for (let n = 0; n < 3; n++) {
      await store.append([record(n)]);
      await store.rotate();
    }
    const { files: found, ids, problems, controls } = await readTrail(place.dir);
    expect(found).toEqual([
      "strategy~000001.jsonl",
      "strategy~000002.jsonl",
      "strategy~000003.jsonl",
      "strategy.jsonl",
    ]);
    expect(ids).toEqual(["record-0", "record-1", "record-2"]);
    expect(problems).toEqual([]);
    expect(controls.filter(({ type }) => type === "closed")).toHaveLength(3);
    const text = await readFile(join(place.dir, "strategy~000002.jsonl"), "utf8");
    expect(text).toMatch(/^\{"type":"segment".*\n.*\n.*\n\{"type":"sealed".*"segment":2.*\}\n$/);
    // A store that compresses segments compresses these, too.
    await using other = createJsonlRecords({ dir: place.dir, durability: "process" });
    await other.append([record(9)]);
    await other.flush();
    expect(await files(place.dir)).toEqual([
      "strategy.jsonl",
      ...[1, 2, 3].map((n) => `strategy~00000${n}.jsonl.gz`),
    ]);
    expect((await readTrail(place.dir)).problems).toEqual([]);
  });

  it("blanks torn lines out, and what stands behind the seal is not kept", async () => {
    await using place = await open();
    await using store = place.store;
    await store.append([record(1)]);
    const path = join(place.dir, "strategy.jsonl");
    await writeFile(path, '{"id":"torn","input":"secr', { flag: "a" });
    await store.append([record(2)]);
    await store.rotate();
    const { ids, problems } = await readTrail(place.dir);
    expect(ids).toEqual(["record-1", "record-2"]);
    expect(problems).toEqual([]);
    expect(await idsOf(store)).toEqual(ids);
    expect(await store.health()).toMatchObject({ status: "ok" });
  });

  it("with a key signs every line of every file, its own ones too", async () => {
    const key = "sixteen bytes, or more";
    await using place = await open({ key });
    await using store = place.store;
    for (let n = 0; n < 3; n++) {
      await store.append([record(n)]);
      await store.rotate();
    }
    await store.append([record(3)]);
    const { ids, problems } = await readTrail(place.dir, "strategy", createDigester(key));
    expect(ids).toEqual(["record-0", "record-1", "record-2", "record-3"]);
    expect(problems).toEqual([]);
    expect(await store.verify()).toMatchObject({ ok: true });
    await using keyless = createJsonlRecords({ dir: place.dir, durability: "process" });
    await keyless.append([record(4)]);
    expect(await store.verify()).toMatchObject({ ok: false });
  });

  it("numbers on where somebody removed the current file", async () => {
    await using place = await open();
    await using store = place.store;
    await store.append([record(1)]);
    await store.rotate();
    await store.append([record(2)]);
    await rm(join(place.dir, "strategy.jsonl"));
    await store.append([record(3)]);
    await store.rotate();
    const { files: found, ids, controls } = await readTrail(place.dir);
    expect(found).toHaveLength(3);
    expect(ids).toEqual(["record-1", "record-3"]);
    expect(controls).toMatchObject([
      { type: "segment", segment: 3 },
      { type: "closed", segment: 2 },
    ]);
  });

  it("never fails an append: what stands in its way is told, and it is done when that is gone", async () => {
    const clock = createManualClock();
    await using place = await open({ clock, rotate: { bytes: 500 } });
    await using store = place.store;
    const obstacle = join(place.dir, "strategy~000001.jsonl");
    await mkdir(obstacle);
    await store.append(series(5));
    await store.flush();
    await store.append([record(5)]);
    const { status, messages } = await store.health();
    expect(status).toBe("degraded");
    expect(messages.join()).toMatch(/strategy\.jsonl was not looked after: .*move it away/);
    await rm(obstacle, { recursive: true });
    clock.advance(10_000);
    await store.flush();
    expect(await store.health()).toMatchObject({ status: "ok" });
    const { files: found, ids } = await readTrail(place.dir);
    expect(found).toEqual(["strategy~000001.jsonl.gz", "strategy.jsonl"]);
    expect(ids).toHaveLength(6);
  });
});

describe("retention", () => {
  it("by days drops whole segments whose newest record is older, and says so first", async () => {
    const clock = createManualClock(Date.UTC(2026, 0, 1));
    await using place = await open({ clock, retain: { days: 30 } });
    await using store = place.store;
    for (let n = 0; n < 6; n++) {
      await store.append([record(n, { timestamp: new Date(clock.now()).toISOString() })]);
      await store.rotate();
      clock.advance(10 * DAY_MS);
    }
    await store.append([record(6)]);
    await store.flush();
    const { files: found, ids, controls, problems } = await readTrail(place.dir);
    expect(found[0]).toBe("strategy~000004.jsonl.gz");
    expect(ids).toEqual(["record-3", "record-4", "record-5", "record-6"]);
    expect(controls.filter(({ type }) => type === "dropped").at(-1)).toMatchObject({ through: 3 });
    expect(problems.filter((problem) => !problem.includes("follows 0"))).toEqual([]);
    expect(await idsOf(store)).toEqual(ids);
  });

  it("leaves nothing of a segment, also not what a killed process was about to put in its place", async () => {
    const clock = createManualClock(Date.UTC(2026, 0, 1));
    await using place = await open({ clock, retain: { days: 30 } });
    await using store = place.store;
    await store.append([record(1, { output: "secret" })]);
    await store.rotate();
    await writeFile(join(place.dir, "strategy~000001.jsonl.gz.tmp"), "secret");
    clock.advance(60 * DAY_MS);
    await store.append([record(2)]);
    await store.flush();
    expect(await files(place.dir)).toEqual(["strategy.jsonl"]);
  });

  it("by bytes drops the oldest segments while there is more on disk", async () => {
    await using place = await open({ compress: false, retain: { bytes: 20_000 } });
    await using store = place.store;
    for (let n = 0; n < 20; n++) {
      await store.append([record(n, { output: "x".repeat(2000) })]);
      await store.rotate();
    }
    await store.append([record(20)]);
    const names = await files(place.dir);
    const sizes = await Promise.all(names.map(async (name) => stat(join(place.dir, name))));
    expect(sizes.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(21_000);
    const { ids } = await readTrail(place.dir);
    expect(ids.length).toBeGreaterThan(5);
    expect(ids.at(-1)).toBe("record-20");
    expect(ids).toEqual(await idsOf(store));
  });
});
