import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
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
    // How long an ingest takes here, in milliseconds; every other child tells.
    let typical = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const child = new Ingesting(uri, next);
      const isPublished = kill % 2 === 0;
      const death = (async () => {
        await child.reached(next);
        const begun = performance.now();
        if (isPublished) {
          await child.reached(next + 1);
          typical = performance.now() - begun;
        } else {
          // Somewhere in an ingest, each time somewhere else.
          await delay(((kill * 0.381966) % 1) * typical);
        }
        await child.kill();
      })();
      const dying = watched(death);
      while (!dying.isDone) seen.add(await stateShown(knowledge));
      await death;
      seen.add(await stateShown(knowledge));
      next = child.last + 1;
    }
    // Some were killed before they were published, and some after.
    expect(seen.size).toBeGreaterThan(KILLS / 2);
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

/** A process that ingests one state after the other. */
class Ingesting {
  readonly #process: ChildProcess;
  readonly #closed: Promise<unknown>;
  /** The state that it is at. */
  last = 0;

  constructor(uri: string, from: number) {
    const args = ["--conditions=@mem/source", "--no-warnings", SCRIPT, uri, String(from)];
    this.#process = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    this.#closed = once(this.#process, "close");
    this.#process.stdout?.on("data", (lines) => {
      this.last = Math.max(...String(lines).trim().split("\n").map(Number));
    });
    onTestFinished(() => this.kill());
  }

  async reached(state: number): Promise<void> {
    while (this.last < state) await delay(2);
  }

  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#closed;
  }
}

/** The one state that every way of reading shows; each of them by itself, since an ingest may come between. */
async function stateShown(knowledge: Knowledge): Promise<string> {
  const { found, listed, gotten, count } = await readAll(knowledge, ["d00", "d01"]);
  const states = [found, listed].map((titles) => {
    const [name = "none"] = new Set(titles.map((title) => title.split(" of ")[1] ?? ""));
    const number = Number(/\d+/.exec(name)?.[0] ?? 0);
    expect(titles).toEqual(shown(bigStateOf(name, number)));
    return name;
  });
  expect(new Set(gotten.map((title) => title.split(" of ")[1])).size).toBe(1);
  expect([0, 1, 2, 3].map((number) => bigStateOf("", number).length)).toContain(count);
  return states.join(" ");
}
