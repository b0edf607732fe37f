import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { toDataSet } from "../src/data/data-set.ts";
import { runSuite } from "../src/run-suite.ts";
import { evaluate } from "../src/search-quality/evaluation.ts";
import { outsideRow } from "../src/search-quality/figures.ts";
import { fillMemory } from "../src/search-quality/mem-engine.ts";
import { simulateEmbedder } from "../src/search-quality/simulated-embedder.ts";
import { textbookBm25, toTerms } from "../src/search-quality/textbook.ts";
import { searchQualitySuite } from "../src/suites/search-quality.ts";

const data = toDataSet("small", {
  docs: [
    { id: "a/1", text: "The spring campaign reached many people", meta: { scope: "a" } },
    { id: "a/2", text: "Budget of the autumn campaigns", meta: { scope: "a" } },
    { id: "a/3", text: "Nothing to see", meta: { scope: "a" } },
    { id: "b/1", text: "Budget budget budget", meta: { scope: "b" } },
  ],
  queries: [
    { id: "q1", text: "campaign budgets", meta: { scope: "a" } },
    { id: "q2", text: "the budget", meta: { scope: "b" } },
  ],
  judgements: [
    { query: "q1", doc: "a/2", rel: 1 },
    { query: "q2", doc: "b/1", rel: 1 },
  ],
});
const simulation = { name: "test", weight: 0.5, spelling: 0 };
const dot = (a: Float32Array | undefined, b: Float32Array | undefined): number =>
  (a ?? new Float32Array()).reduce((sum, x, i) => sum + x * (b?.[i] ?? Number.NaN), 0);

describe("the textbook", () => {
  it("stems as Porter does and leaves Lucene's stop words out", () => {
    expect(toTerms("The campaigns that were running, and these flies")).toEqual([
      "campaign",
      "were",
      "run",
      "fli",
    ]);
  });

  it("ranks within the scope alone", async () => {
    const bm25 = textbookBm25(data);
    expect(await bm25.search({ id: "", scope: "a", text: "campaign budget" })).toEqual([
      "a/2",
      "a/1",
    ]);
    expect(await bm25.search({ id: "", scope: "c", text: "campaign budget" })).toEqual([]);
  });
});

describe("an evaluation", () => {
  it("asks every query within its scope and counts what comes from elsewhere", async () => {
    const result = await evaluate({ search: async () => ["b/1", "a/2"] }, data);
    expect(result).toMatchObject({ searches: 2, hits: 4, outside: 2, recall: 1 });
    expect(result.reciprocalRank).toBe(0.75);
  });

  it("makes a row that is met without a single hit from outside", () => {
    const one = { ndcg: 0, recall: 0, reciprocalRank: 0, searches: 10, hits: 100, outside: 0 };
    expect(outsideRow("set", [one, one])).toMatchObject({ ours: 0, against: 200, met: true });
    expect(outsideRow("set", [one, { ...one, outside: 1 }])).toMatchObject({ ours: 1, met: false });
  });

  it.each(["json", "lancedb"] as const)(
    "searches a %s store through the manager",
    async (store) => {
      await using memory = await fillMemory(store, data);
      const result = await evaluate(memory.asking({ mode: "keyword", neighbours: false }), data);
      expect(result).toMatchObject({ searches: 2, outside: 0, ndcg: 1 });
    },
  );
});

const question = "campaign budgets";
const answer = "Budget of the autumn campaigns";
const other = "Nothing to see";

/** How near a text is to the question that one of the texts answers. */
async function near(signal: number, text: string): Promise<number> {
  const embedder = simulateEmbedder(data, { ...simulation, signal });
  const [asked] = await embedder.embed([question], { kind: "query" });
  const [told] = await embedder.embed([text], { kind: "document" });
  return dot(asked, told);
}

describe("the suite", () => {
  it("judges a set in every way that needs no peers", async () => {
    const folder = await mkdtemp(join(tmpdir(), "mem-quality-"));
    try {
      await mkdir(join(folder, "cranfield"));
      const lines = {
        docs: [{ id: "1", text: "flow past a flat plate" }],
        queries: [{ id: "1", text: "flat plates" }],
        qrels: [{ query: "1", doc: "1", rel: 4 }],
      };
      for (const [file, [line]] of Object.entries(lines)) {
        await writeFile(join(folder, "cranfield", `${file}.jsonl`), `${JSON.stringify(line)}\n`);
      }
      const quick = { rounds: 5, sliceMs: 5, hasPeers: false, command: "", data: folder };
      const silent = { begin: () => undefined, step: () => undefined, end: () => undefined };
      const only = "keyword, cranfield";
      const { rows } = await runSuite(searchQualitySuite, { ...quick, only }, silent);
      expect(rows.map((row) => [row.case, row.rival, row.ours])).toEqual([
        ["keyword search, nDCG@10", "the limit set", 1],
        ["keyword search, recall@10", "textbook BM25", 1],
        ["keyword search, MRR@10", "textbook BM25", 1],
      ]);
      expect(rows[0]).toMatchObject({ against: 0.52, target: 1, met: true });
      expect(Object.keys(rows[0]?.peers ?? {})).toEqual([
        "textbook BM25",
        "LanceDB full-text",
        "mem, JSON store",
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("a simulated embedder", () => {
  it("makes the same vectors in every run, of length 1", async () => {
    const options = { ...simulation, signal: 0.5, common: 1 };
    const first = await simulateEmbedder(data, options).embed([answer], { kind: "document" });
    const again = await simulateEmbedder(data, options).embed([answer], { kind: "document" });
    expect(first).toEqual(again);
    expect(dot(first[0], first[0])).toBeCloseTo(1, 5);
  });

  it("knows what answers a question as well as it is told to", async () => {
    expect(await near(1, answer)).toBeGreaterThan(0.5);
    expect(await near(1, "the autumn campaigns")).toBeGreaterThan(0.5);
    expect(Math.abs(await near(1, other))).toBeLessThan(0.25);
    expect(Math.abs(await near(0, answer))).toBeLessThan(0.25);
  });

  it("has high cosines for all where its vectors have much in common", async () => {
    const embedder = simulateEmbedder(data, { ...simulation, signal: 0, common: 1.3 });
    const vectors = await embedder.embed([answer, other], { kind: "document" });
    expect(dot(vectors[0], vectors[1])).toBeGreaterThan(0.5);
  });
});
