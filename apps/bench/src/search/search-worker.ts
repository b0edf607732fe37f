import { mkdir } from "node:fs/promises";
import { rested } from "../long-term/folder-size.ts";
import { median } from "../statistics.ts";
import { serve } from "../worker-process.ts";
import { QUESTIONS, questionAt, type Collection, type Question } from "./collection.ts";
import { OURS, RAW_LANCEDB, type Asking, type Contestant } from "./contestant.ts";
import { fillOurs, openOurs, ours } from "./ours.ts";
import { fillRaw, openRaw } from "./raw-search.ts";
import { Scan } from "./scan.ts";
import { TOP } from "./contestant.ts";

/*
 * One contestant in a separate process.
 */

export interface Opening {
  readonly name: string;
  readonly collection: Collection;
  readonly folder: string;
}

export type SearchTasks = {
  /** Fills a new folder with a collection. */
  readonly fill: (opening: Opening) => Promise<void>;
  readonly open: (opening: Opening) => Promise<void>;
  /** Warms up; resolves with how many questions fill a slice. */
  readonly prepare: (options: { asking: Asking; sliceMs: number }) => Promise<number>;
  /** Asks this many questions, one after the other; resolves with the median, in milliseconds. */
  readonly p50: (options: { asking: Asking; n: number }) => Promise<number>;
  /** The answers to the first questions. */
  readonly answers: (options: { asking: Asking; n: number }) => Promise<(readonly string[])[]>;
};

const MAINTENANCE = { quietMs: 10_000, patienceMs: 300_000 };

let contestant: Contestant;
let questions: readonly Question[] = [];
let asked = 0;

const tasks: SearchTasks = {
  async fill({ name, collection, folder }) {
    await mkdir(folder, { recursive: true });
    if (name === RAW_LANCEDB) return fillRaw(folder, collection);
    await using _ = await fillOurs(folder, collection);
    await rested(folder, MAINTENANCE);
  },
  async open({ name, collection, folder }) {
    questions = Array.from({ length: QUESTIONS }, (_, i) => questionAt(i, collection));
    contestant = await openContestant({ name, collection, folder });
  },
  async prepare({ asking, sliceMs }) {
    await ask(asking);
    for (let n = 1; ; n *= 2) {
      const start = performance.now();
      for (let i = 0; i < n; i++) await ask(asking);
      const tookMs = performance.now() - start;
      if (tookMs >= sliceMs / 2) return Math.max(1, Math.round((n * sliceMs) / tookMs));
    }
  },
  async p50({ asking, n }) {
    const took: number[] = [];
    for (let i = 0; i < n; i++) {
      const start = performance.now();
      await ask(asking);
      took.push(performance.now() - start);
    }
    return median(took);
  },
  async answers({ asking, n }) {
    const found: (readonly string[])[] = [];
    for (const question of questions.slice(0, n)) {
      found.push(await contestant.ask(question, asking));
    }
    return found;
  },
};

async function ask(asking: Asking): Promise<void> {
  await contestant.ask(questions[asked++ % QUESTIONS] as Question, asking);
}

async function openContestant({ name, collection, folder }: Opening): Promise<Contestant> {
  if (name === OURS) return ours(openOurs(folder, collection));
  if (name === RAW_LANCEDB) return openRaw(folder);
  const scan = new Scan(collection);
  return { ask: (question, { selection }) => scan.nearest(question, selection, TOP) };
}

serve(tasks);
