import { appendFile, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import {
  createJsonlRecords,
  type JsonlRecords,
  type JsonlRecordsOptions,
  type RecordVerification,
} from "../src/index.ts";
import { eraseLine } from "../src/line/erased-line.ts";
import { encodeSeal } from "../src/line/control-line.ts";
import { plainDigester } from "../src/line/line-digest.ts";
import { record, series } from "./fixtures/records.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

const FILE = "strategy.jsonl";
const KEY = "a key of 16 bytes or more";

function open(dir: string, options: Partial<JsonlRecordsOptions> = {}): JsonlRecords {
  return createJsonlRecords({ dir, durability: "process", ...options });
}

function problems({ agents }: RecordVerification): string[] {
  return agents.flatMap((agent) =>
    agent.problems.map(({ kind, file, line }) => `${kind} ${file}:${line}`),
  );
}

/** Changes the lines of a file, each without its newline. */
async function edit(path: string, change: (lines: string[]) => string[]): Promise<void> {
  const raw = await readFile(path);
  const isPacked = path.endsWith(".gz");
  const lines = (isPacked ? gunzipSync(raw) : raw).toString().split("\n").slice(0, -1);
  const text = change(lines)
    .map((line) => `${line}\n`)
    .join("");
  await writeFile(path, isPacked ? gzipSync(text) : text);
}

async function linesOf(path: string): Promise<string[]> {
  return (await readFile(path, "utf8")).split("\n").slice(0, -1);
}

/** Writes this many segments of ten records each, and a current file. */
async function fill(store: JsonlRecords, segments: number, agentId = "strategy"): Promise<void> {
  for (let segment = 0; segment < segments; segment++) {
    await store.append(series(10, { agentId }));
    await store.rotate({ agentId });
  }
  await store.append([record(99, { agentId })]);
}

describe.each([undefined, KEY])("what is gone, with the key %s", (key) => {
  const options = key === undefined ? {} : { key };

  it("is no problem where retention says that it dropped it, with an anchor from before or without", async () => {
    await using folder = await temporaryFolder();
    const { dir } = folder;
    await using store = open(dir, options);
    await fill(store, 3);
    const { anchor } = await store.verify();
    await using retaining = open(dir, { ...options, retain: { bytes: 1 } });
    await retaining.append([record(100)]);
    await retaining.flush();
    const result = await retaining.verify();
    expect(problems(result)).toEqual([]);
    expect(result.agents[0]?.notes.join()).toMatch(/segments up to 3 were dropped/);
    expect(problems(await retaining.verify({ anchor }))).toEqual([]);
  });

  it("is told where the line that says so is another agent's", async () => {
    await using folder = await temporaryFolder();
    const { dir } = folder;
    await using store = open(dir, options);
    await fill(store, 2, "content");
    await using retaining = open(dir, { ...options, retain: { bytes: 1 } });
    await retaining.append([record(100, { agentId: "content" })]);
    await retaining.flush();
    await fill(store, 2);
    expect(problems(await store.verify())).toEqual([]);

    const dropped = (await linesOf(join(dir, "content.jsonl"))).filter((line) =>
      line.startsWith('{"type":"dropped"'),
    );
    expect(dropped).toHaveLength(1);
    await appendFile(join(dir, FILE), `${dropped[0]}\n`);
    for (const n of [1, 2]) await rm(join(dir, `strategy~00000${n}.jsonl.gz`));
    const told = problems(await store.verify({ agentId: "strategy" }));
    expect(told).toContain(`segment ${FILE}:1`);
    expect(told.join()).toContain(`foreign ${FILE}:`);
  });
});

describe("a line in the wrong place", () => {
  it("is told where the file begins to differ, when it stands before the line that says the segment", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.dir, "strategy~000002.jsonl.gz");
    await using store = open(folder.dir);
    await fill(store, 3);
    await edit(path, (lines) => [lines[3] ?? "", ...lines]);
    expect(problems(await store.verify())[0]).toBe("inserted strategy~000002.jsonl.gz:1");
  });

  it("is told where a copy of a later line was put, also where earlier segments are gone", async () => {
    await using folder = await temporaryFolder();
    const { dir } = folder;
    const path = join(dir, "strategy~000002.jsonl.gz");
    await using store = open(dir);
    await fill(store, 3);
    await edit(path, ([first = "", ...lines]) => [first, lines[6] ?? "", ...lines]);
    expect(problems(await store.verify())[0]).toBe("reordered strategy~000002.jsonl.gz:2");
    await rm(join(dir, "strategy~000001.jsonl.gz"));
    const told = problems(await store.verify()).filter((each) => !each.startsWith("segment"));
    expect(told[0]).toBe("reordered strategy~000002.jsonl.gz:2");
  });

  it("is told when it is a seal in the file that is still written to", async () => {
    await using folder = await temporaryFolder();
    const { dir } = folder;
    await using store = open(dir, { key: KEY });
    await store.append(series(2));
    const seal = encodeSeal(1, "2026-01-01T00:00:00.000Z", plainDigester);
    await appendFile(join(dir, FILE), `${seal}\n`);
    await store.append([record(3)]);
    const told = await store.verify();
    expect(problems(told)).toEqual([`inserted ${FILE}:3`]);
    expect(told.records).toBe(3);
  });
});

describe("a line that says nothing any more", () => {
  it("is told where no erasure names it, with the key that its chain was made with", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.dir, FILE);
    await using store = open(folder.dir, { key: KEY });
    await store.append(series(5));
    await edit(path, (lines) =>
      lines.map((line, n) => (n === 2 ? (eraseLine(Buffer.from(line))?.toString() ?? "") : line)),
    );
    expect(problems(await store.verify())).toEqual([`erased ${FILE}:3`]);
  });

  it("holds where it was erased under a key, also for whoever has another anchor from before", async () => {
    await using folder = await temporaryFolder();
    await using store = open(folder.dir, { key: KEY });
    await store.append(series(5, { subject: "ada" }).slice(0, 2));
    await store.append([record(7)]);
    const { anchor } = await store.verify();
    expect(await store.erase({ tenantId: "default", subject: "ada" })).toHaveLength(2);
    const result = await store.verify({ anchor });
    expect({ told: problems(result), erased: result.erased }).toEqual({ told: [], erased: 2 });
  });

  it("is told where it became NUL bytes", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.dir, FILE);
    await using store = open(folder.dir);
    await store.append(series(5));
    await edit(path, (lines) =>
      lines.map((line, n) => (n === 2 ? "\0".repeat(line.length) : line)),
    );
    expect(problems(await store.verify())).toEqual([`changed ${FILE}:3`]);
  });
});

describe("chains that are gone", () => {
  it("are told by an anchor only, where a writer's lines are all away from the current file", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.dir, FILE);
    await using store = open(folder.dir);
    await using other = open(folder.dir);
    await store.append(series(3));
    await other.append([record(50)]);
    const { anchor } = await store.verify();
    await edit(path, (lines) => lines.filter((line) => !line.includes("record-50")));
    expect((await store.verify()).ok).toBe(true);
    expect(problems(await store.verify({ anchor }))).toEqual([`missing-writer ${FILE}:4`]);
  });

  it("are told where they were cut off all lines, unless an earlier release wrote here", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.dir, FILE);
    await using store = open(folder.dir);
    await store.append(series(3));
    await edit(path, (lines) => lines.map((line) => `${line.split(',"writer":')[0]}}`));
    expect(problems(await store.verify())).toEqual([`unsigned ${FILE}:1`]);
  });
});

describe("lines of another agent", () => {
  it("are told also where the first of their chain was erased there", async () => {
    await using folder = await temporaryFolder();
    const { dir } = folder;
    await using store = open(dir, { compress: false });
    await store.append([record(1)]);
    const others = [0, 1, 2].map((n) => record(n, { id: `other-${n}`, agentId: "content" }));
    await store.append(others);
    await store.erase({ tenantId: "default", id: "other-0" });
    const moved = (await linesOf(join(dir, "content~000001.jsonl"))).slice(0, -1);
    const named = (await linesOf(join(dir, "content.jsonl"))).filter((line) =>
      line.startsWith('{"type":"erasure"'),
    );
    await appendFile(join(dir, FILE), [...moved, ...named, ""].join("\n"));
    const told = problems(await store.verify({ agentId: "strategy" }));
    expect(told).toContain(`foreign ${FILE}:3`);
    expect(told).toContain(`erased ${FILE}:2`);
  });
});
