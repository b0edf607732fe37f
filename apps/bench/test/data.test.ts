import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkDataSet, digestOf } from "../src/data/data-check.ts";
import { dataCommand } from "../src/data/data-command.ts";
import { readDataSet, readLines } from "../src/data/data-set.ts";
import { SET_NAMES, SOURCES, type Source } from "../src/data/sources.ts";

const docs = [
  { id: "s/1", text: "one", meta: { scope: "s", session: 1 } },
  { id: "s/2", text: "two", meta: { scope: "s", session: 1 } },
  { id: "s/3", text: "three", meta: { scope: "s", session: 2 } },
  { id: "t/1", text: "four", meta: { scope: "t" } },
];
const queries = [
  { id: "q1", text: "which?", meta: { scope: "s" } },
  { id: "q2", text: "none", meta: { scope: "t" } },
];
const qrels = [
  { query: "q1", doc: "s/2", rel: 2 },
  { query: "q2", doc: "t/1", rel: 0 },
];
const source: Source = {
  ...SOURCES.locomo,
  counts: { docs: 4, queries: 2, judgements: 2 },
};

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mem-data-"));
});

afterEach(() => rm(folder, { recursive: true }));

async function lay(
  name: string,
  files: { docs?: object[]; queries?: object[]; qrels?: object[] } = {},
): Promise<void> {
  await mkdir(join(folder, name), { recursive: true });
  for (const [file, lines] of Object.entries({ docs, queries, qrels, ...files })) {
    const content = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
    await writeFile(join(folder, name, `${file}.jsonl`), content);
  }
}

describe("a set", () => {
  it("is read with the place of each document in its session, and the queries that have an answer", async () => {
    await lay("set");
    const data = await readDataSet(folder, "set");
    expect(data.isScoped).toBe(true);
    expect(data.docs.map(({ sequence }) => sequence)).toEqual([
      { id: "s/1", position: 0 },
      { id: "s/1", position: 1 },
      { id: "s/2", position: 0 },
      { id: "t", position: 0 },
    ]);
    expect(data.queries).toEqual([{ id: "q1", text: "which?", scope: "s" }]);
    expect(data.judgements).toEqual(new Map([["q1", new Map([["s/2", 2]])]]));
  });

  it("without scopes has one for all, and no order", async () => {
    await lay("set", { docs: [{ id: "1", text: "one" }], queries: [], qrels: [] });
    const { docs: read, isScoped } = await readDataSet(folder, "set");
    expect([read, isScoped]).toEqual([[{ id: "1", text: "one", scope: "all" }], false]);
  });

  it("that is laid out right has no problems", async () => {
    await lay("set");
    const finding = await checkDataSet(folder, "set", source);
    expect(finding.problems).toEqual([]);
    expect(finding.counts).toEqual(source.counts);
  });

  it("is known by what is read of it, in any order of judgements", async () => {
    await lay("set");
    const digest = digestOf(await readLines(join(folder, "set")));
    await lay("set", { qrels: qrels.toReversed() });
    expect(digestOf(await readLines(join(folder, "set")))).toBe(digest);
    await lay("set", { docs: docs.toReversed() });
    expect(digestOf(await readLines(join(folder, "set")))).not.toBe(digest);
  });

  it.each([
    ["a missing scope", { docs: [...docs.slice(1), { id: "s/1", text: "one" }] }, "no meta.scope"],
    ["an id twice", { docs: [...docs.slice(0, 3), docs[0] as object] }, "id of another"],
    ["another count", { docs: docs.slice(1) }, "3 docs, expected 4"],
    [
      "an unknown document",
      { qrels: [{ query: "q1", doc: "none", rel: 1 }, qrels[1] as object] },
      "does not exist",
    ],
    [
      "a document of another scope",
      { qrels: [{ query: "q1", doc: "t/1", rel: 1 }, qrels[1] as object] },
      "another scope",
    ],
    [
      "a grade as text",
      { qrels: [{ query: "q1", doc: "s/1", rel: "1" }, qrels[1] as object] },
      "no numeric rel",
    ],
    ["no text", { queries: [{ id: "q1" }, queries[1] as object] }, "no text"],
  ])("with %s is refused with the reason", async (_, files, reason) => {
    await lay("set", files);
    const { problems } = await checkDataSet(folder, "set", source);
    expect(problems.join("\n")).toContain(reason);
  });

  it("that has a line that is no JSON, or is not there, is refused with the file", async () => {
    expect((await checkDataSet(folder, "set", source)).problems[0]).toContain("docs.jsonl");
    await lay("set");
    await writeFile(join(folder, "set", "queries.jsonl"), '{"id":"q1"}\n{"id":\n');
    expect((await checkDataSet(folder, "set", source)).problems).toEqual([
      "queries.jsonl, line 2, is not JSON.",
    ]);
  });
});

describe("the data command", () => {
  it("says where each set comes from, under which licence, and how it is laid out", async () => {
    let said = "";
    expect(await dataCommand(undefined, (text) => (said += text))).toBe(0);
    for (const name of SET_NAMES) expect(said).toContain(`${name}: ${SOURCES[name].what}`);
    expect(said.match(/Licence: /g)).toHaveLength(5);
    expect(said.match(/ from https?:/g)).toHaveLength(5);
  });

  it("looks at a folder, and ends with 1 where a set is missing", async () => {
    let said = "";
    expect(await dataCommand(folder, (text) => (said += text))).toBe(1);
    expect(said).toContain("banking77\n  - ");
  });
});
