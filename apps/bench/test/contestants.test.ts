import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { questionAt, type Collection } from "../src/search/collection.ts";
import { TOP, type Contestant } from "../src/search/contestant.ts";
import { fillOurs, ours } from "../src/search/ours.ts";
import { fillRaw, openRaw } from "../src/search/raw-search.ts";
import { Scan } from "../src/search/scan.ts";
import { textAt } from "../src/search/texts.ts";

const collection: Collection = { count: 600, dimensions: 16, shape: "clustered" };
const questions = [0, 1, 2, 3].map((i) => questionAt(i, collection));

let folder: string;
let mem: Contestant;
let raw: Contestant;
const stack = new AsyncDisposableStack();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mem-search-"));
  mem = ours(stack.use(await fillOurs(join(folder, "mem"), collection)));
  await fillRaw(join(folder, "raw"), collection);
  raw = await openRaw(join(folder, "raw"));
});

afterAll(async () => {
  await stack.disposeAsync();
  await rm(folder, { recursive: true });
});

describe("those who are asked for the nearest", () => {
  it("give as much as they are asked to look into", async () => {
    const scan = new Scan(collection);
    for (const question of questions) {
      const asking = { mode: "vector", selection: "all" } as const;
      for (const partitions of [5, 50]) {
        const effort = { partitions, refined: 20 };
        const found = await raw.ask(question, { ...asking, effort });
        expect(found).toEqual(scan.nearest(question, "all", TOP));
      }
    }
  });

  it("give what the scan gives, with a filter, too", async () => {
    const scan = new Scan(collection);
    for (const question of questions) {
      for (const selection of ["all", "1%", "0.01%"] as const) {
        const truth = scan.nearest(question, selection, TOP);
        const asking = { mode: "vector", selection } as const;
        expect(await mem.ask(question, asking)).toEqual(truth);
        expect((await raw.ask(question, asking)).slice(0, truth.length)).toEqual(truth);
      }
    }
  });
});

describe("those who are asked by words", () => {
  it("give entries that have one of them", async () => {
    for (const question of questions) {
      const words = question.text.split(" ");
      for (const contestant of [mem, raw]) {
        const found = await contestant.ask(question, { mode: "keyword", selection: "all" });
        expect(found.length).toBeGreaterThan(0);
        for (const key of found) {
          const own = textAt(Number(key.replace("entry-", ""))).split(" ");
          expect(words.some((word) => own.includes(word))).toBe(true);
        }
      }
    }
  });
});
