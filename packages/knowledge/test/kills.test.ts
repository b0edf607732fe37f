import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Knowledge } from "@mem/core";
import { createLanceDbStore } from "@mem/longterm-lancedb";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { createKnowledge, ingestKnowledge } from "../src/index.ts";
import { leftovers, NOTHING_LEFT } from "./shelf-contents.ts";
import { watched } from "./watched.ts";
import { bigStateOf, readAll, shown } from "./visible-knowledge.ts";

const KILLS = 8;
const SCRIPT = join(import.meta.dirname, "processes", "ingest-forever.ts");

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mem-knowledge-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("an ingest that is killed, again and again", () => {
  it("never shows a part of what it did, and is made good by the next one", async () => {
    const uri = join(folder, "knowledge");
    await using store = createLanceDbStore({ uri });
    const knowledge = createKnowledge({ store });
    await ingestKnowledge({ store, documents: bigStateOf("state0", 0) });
    const seen = new Set<string>();
    let next = 1;
    for (let kill = 0; kill < KILLS; kill++) {
      // Each time at another moment of an ingest, the first time right at its beginning.
      const child = new Ingesting(uri, next, (kill * 0.381966) % 1);
      const death = watched(child.death);
      const look = async (): Promise<void> => {
        for (const state of await statesShown(knowledge)) seen.add(state);
      };
      while (!death.isDone) await look();
      await look();
      next = child.last + 1;
    }
    // Each process published something; what the first one had begun when it was killed was never seen.
    expect(seen.size).toBeGreaterThan(KILLS);
    expect(seen.size).toBeLessThan(next);

    const last = bigStateOf("the end", 3);
    await ingestKnowledge({ store, documents: last });
    expect(await leftovers(store)).toEqual(NOTHING_LEFT);
    expect(await ingestKnowledge({ store, documents: last })).toMatchObject({
      unchanged: last.length,
    });
    expect((await store.verify()).problems).toEqual([]);
  }, 60_000);
});

/** A process that ingests one state after the other until it dies. */
class Ingesting {
  readonly death: Promise<unknown>;
  /** The state that it is ingesting. */
  last = 0;

  constructor(uri: string, from: number, part: number) {
    const args = ["--conditions=@mem/source", "--no-warnings", SCRIPT, uri, `${from}`, `${part}`];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    this.death = once(child, "close");
    child.stdout.on("data", (lines) => {
      this.last = Math.max(...String(lines).trim().split("\n").map(Number));
    });
    onTestFinished(async () => {
      child.kill("SIGKILL");
      await this.death;
    });
  }
}

/** The one state that each way of reading shows; they may differ if an ingest comes between. */
async function statesShown(knowledge: Knowledge): Promise<readonly string[]> {
  const { found, listed, gotten, count } = await readAll(knowledge, ["d00", "d01"]);
  const states = [found, listed].map((titles) => {
    const [name = "none"] = new Set(titles.map((title) => title.split(" of ")[1] ?? ""));
    const number = Number(/\d+/.exec(name)?.[0] ?? 0);
    expect(titles).toEqual(shown(bigStateOf(name, number)));
    return name;
  });
  expect(new Set(gotten.map((title) => title.split(" of ")[1])).size).toBe(1);
  expect([0, 1, 2, 3].map((number) => bigStateOf("", number).length)).toContain(count);
  return states;
}
