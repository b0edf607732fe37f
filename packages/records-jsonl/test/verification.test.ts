import { appendFile, copyFile, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createJsonlRecords, type JsonlRecords, type RecordVerification } from "../src/index.ts";
import { record, series } from "./fixtures/records.ts";
import { temporaryFolder } from "./fixtures/temporary-folder.ts";

const FILE = "strategy.jsonl";
const KEY = "a key of 16 bytes or more";

function open(dir: string, key?: string): JsonlRecords {
  return createJsonlRecords({ dir, durability: "process", ...(key !== undefined && { key }) });
}

function problems({ agents }: RecordVerification): string[] {
  return agents.flatMap((agent) =>
    agent.problems.map(({ kind, file, line }) => `${kind} ${file}:${line}`),
  );
}

describe("verify", () => {
  it("of nothing is ok, and creates nothing", async () => {
    await using folder = await temporaryFolder();
    await using store = open(join(folder.dir, "none"));
    expect(await store.verify()).toMatchObject({ ok: true, agents: [], lines: 0 });
  });

  it("tells how much holds before and behind the first line that is wrong", async () => {
    await using folder = await temporaryFolder();
    await using store = open(folder.dir);
    await store.append(series(20));
    const path = join(folder.dir, FILE);
    const text = await readFile(path, "utf8");
    await writeFile(path, text.replace("record-7", "record-8"));
    const result = await store.verify();
    expect(problems(result)).toEqual([`changed ${FILE}:8`]);
    const [agent] = result.agents;
    expect(agent?.trusted).toMatchObject({ until: { file: FILE, line: 8 }, linesAfter: 12 });
    expect(agent?.problems[0]?.offset).toBe(text.split("\n").slice(0, 7).join("\n").length + 1);
    expect(JSON.stringify(result)).not.toContain("record-8");
  });

  it("takes a torn end for what it is, and tells a cut one by an anchor", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.dir, FILE);
    await using store = open(folder.dir);
    await store.append(series(5));
    const { anchor } = await store.verify();
    await appendFile(path, '{"id":"record-6","timest');
    const torn = await store.verify({ anchor });
    expect(torn.ok).toBe(true);
    expect(torn.agents[0]?.notes).toEqual([expect.stringContaining("line 6: torn")]);

    const { length } = await readFile(path);
    await truncate(path, length - 100);
    expect((await store.verify()).ok).toBe(true);
    expect(problems(await store.verify({ anchor }))).toEqual([`changed ${FILE}:5`]);
    const lines = (await readFile(path, "utf8")).split("\n");
    await writeFile(path, `${lines.slice(0, 3).join("\n")}\n`);
    expect(problems(await store.verify({ anchor }))).toEqual([`cut ${FILE}:4`]);
    await writeFile(path, "");
    expect(problems(await store.verify({ anchor }))).toEqual([`missing-writer ${FILE}:1`]);
  });

  it("says what a line is that somebody put behind those of chains", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.dir, FILE);
    await using store = open(folder.dir);
    await store.append(series(2));
    await appendFile(path, `${JSON.stringify(record(9))}\n{"id":"half"}\n`);
    const { ok, agents } = await store.verify();
    expect(ok).toBe(false);
    expect(agents[0]?.problems).toMatchObject([
      {
        kind: "inserted",
        line: 3,
        message: expect.stringMatching(/a record without a chain, .+ behind lines that have one/),
      },
      { kind: "inserted", line: 4, message: expect.stringMatching(/is no record$/) },
    ]);
  });

  it("names records of another agent, one by one or as a whole file", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.dir, FILE);
    await using store = open(folder.dir);
    await store.append(series(3));
    await store.append([record(9, { agentId: "content" })]);
    const foreign = await readFile(join(folder.dir, "content.jsonl"));
    await appendFile(path, foreign);
    expect(problems(await store.verify())).toEqual([`foreign ${FILE}:4`]);
    await copyFile(join(folder.dir, "content.jsonl"), path);
    expect(problems(await store.verify({ agentId: "strategy" }))).toEqual([`foreign ${FILE}:1`]);
  });

  it("says when a key is missing or another one, in one problem", async () => {
    await using folder = await temporaryFolder();
    await using store = open(folder.dir, KEY);
    await store.append(series(30));
    expect((await store.verify()).ok).toBe(true);
    await using other = open(folder.dir, `${KEY}!`);
    expect(problems(await other.verify())).toEqual([`key ${FILE}:1`]);
    await using without = open(folder.dir);
    expect(problems(await without.verify())).toEqual([`key ${FILE}:1`]);
  });

  it("takes lines from before there was a key once a segment was closed with it", async () => {
    await using folder = await temporaryFolder();
    await using before = open(folder.dir);
    await before.append(series(3));
    await using store = open(folder.dir, KEY);
    expect(problems(await store.verify())).toEqual([`unsigned ${FILE}:1`]);
    await store.rotate();
    expect(problems(await store.verify())).toEqual([]);
  });

  it("notes lines of an earlier release, which no chain vouches for", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.dir, FILE);
    const format = '{"format":"@mem/records-jsonl","version":1}';
    await writeFile(join(folder.dir, "format.json"), format);
    await writeFile(path, `${JSON.stringify(record(1))}\n${JSON.stringify(record(2))}\n`);
    await using store = open(folder.dir);
    await store.append([record(3)]);
    const { ok, agents, records } = await store.verify();
    expect({ ok, records }).toEqual({ ok: true, records: 3 });
    expect(agents[0]?.notes).toEqual([expect.stringContaining("2 lines without a chain")]);
  });

  it("holds while others write and rotate", async () => {
    await using folder = await temporaryFolder();
    await using store = open(folder.dir);
    const writing = (async () => {
      for (let n = 0; n < 40; n++) {
        await store.append(series(20));
        if (n % 10 === 9) await store.rotate();
      }
      return "done";
    })();
    const look = async (): Promise<string> => problems(await store.verify()).join();
    while ((await Promise.race([writing, look()])) === "");
    expect(await writing).toBe("done");
    expect(await look()).toBe("");
    expect(await store.verify()).toMatchObject({ ok: true, records: 800 });
  });

  it("names a compressed segment that is cut or damaged", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.dir, "strategy~000001.jsonl.gz");
    await using store = open(folder.dir);
    await store.append(series(5));
    await store.rotate();
    const whole = await readFile(path);
    await truncate(path, whole.length - 20);
    expect((await store.verify()).agents[0]?.problems[0]?.file).toBe("strategy~000001.jsonl.gz");
    await writeFile(path, Buffer.concat([whole, Buffer.from("more")]));
    expect((await store.verify()).ok).toBe(false);
  });

  it("refuses an anchor that it has not made, and stops when it is told to", async () => {
    await using folder = await temporaryFolder();
    await using store = open(folder.dir);
    await store.append(series(3));
    const anchor = { version: 1, files: { a: 1 } } as never;
    await expect(store.verify({ anchor })).rejects.toMatchObject({ code: "MEM_INVALID_ARGUMENT" });
    const signal = AbortSignal.abort();
    await expect(store.verify({ signal })).rejects.toMatchObject({ code: "MEM_ABORTED" });
  });
});
