import { appendFile, mkdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createJsonlRecords, type JsonlRecords } from "../src/index.ts";
import { idsOf, record, series } from "./fixtures/records.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

const FILE = "strategy.jsonl";
const SEGMENT = "strategy~000001.jsonl.gz";
const OK = { status: "ok", messages: [], details: { damage: [] } };

function open(dir: string): JsonlRecords {
  return createJsonlRecords({ dir, durability: "process" });
}

async function damageOf(store: JsonlRecords): Promise<unknown> {
  await idsOf(store);
  return (await store.health()).details["damage"];
}

describe("damage that health() has named", () => {
  it("is forgotten when its file was moved away, whatever is in its place by then", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.dir, FILE);
    await using store = open(folder.dir);
    await store.append(series(5));
    await appendFile(path, "garbage\n\ngarbage\n");
    expect(await damageOf(store)).toHaveLength(2);

    await rename(path, `${path}.damaged`);
    expect(await store.health()).toMatchObject(OK);
    await store.append([record(6)]);
    expect(await store.health()).toMatchObject(OK);
    await store.append(series(20));
    expect(await store.health()).toMatchObject(OK);
  });

  it("is forgotten when its line was mended, and another one goes on being named", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.dir, FILE);
    const whole = `${JSON.stringify(record(1))}\n`;
    await writeFile(path, `garbage\n${whole}{}\n`);
    await using store = open(folder.dir);
    expect(await damageOf(store)).toMatchObject([{ line: 1 }, { line: 3 }]);
    await writeFile(path, `       \n${whole}{}\n`);
    const { messages } = await store.health();
    expect(messages).toEqual([expect.stringContaining(`${FILE}, line 3, at byte `)]);
  });

  it("is named where it is now, when its file was put away as a segment", async () => {
    await using folder = await temporaryFolder();
    const { dir } = folder;
    await using store = open(dir);
    await store.append([record(1)]);
    const { length: offset } = await readFile(join(dir, FILE));
    await appendFile(join(dir, FILE), "garbage\n");
    const problem = "not JSON";
    expect(await damageOf(store)).toEqual([{ file: FILE, line: 2, offset, problem }]);
    await store.rotate();
    const { details } = await store.health();
    expect(details["damage"]).toEqual([{ file: SEGMENT, line: 2, offset, problem }]);
    await rm(join(dir, SEGMENT));
    expect(await store.health()).toMatchObject(OK);
  });

  it.each([
    ["in its middle", (whole: Buffer) => Buffer.from(whole).fill(0xff, 20, 40)],
    ["at its end", (whole: Buffer) => whole.subarray(0, -20)],
  ])("is forgotten when a compressed segment was restored, damaged %s", async (_, damage) => {
    await using folder = await temporaryFolder();
    const path = join(folder.dir, SEGMENT);
    await using store = open(folder.dir);
    await store.append(series(3));
    await store.rotate();
    const whole = await readFile(path);
    await writeFile(path, damage(whole));
    const problem = "a compressed part is damaged";
    const expected = [{ file: SEGMENT, line: 1, offset: 0, problem }];
    expect(await damageOf(store)).toEqual(expected);
    await using another = open(folder.dir);
    expect(await damageOf(another)).toEqual(expected);
    await using counting = open(folder.dir);
    expect(await counting.stats("default", {})).toEqual([]);
    expect((await counting.health()).details["damage"]).toEqual(expected);
    await writeFile(path, whole);
    expect(await store.health()).toMatchObject(OK);
  });

  it("is forgotten when what was no file was removed", async () => {
    await using folder = await temporaryFolder();
    await using store = open(folder.dir);
    await mkdir(join(folder.dir, FILE));
    expect(await damageOf(store)).toEqual([{ file: FILE, problem: "not a regular file" }]);
    await rmdir(join(folder.dir, FILE));
    expect(await store.health()).toMatchObject(OK);
  });
});
