import { race, Score, type Runner } from "../race.ts";
import { median } from "../statistics.ts";
import type { Lab } from "../suite.ts";
import type { WorkerProcess } from "../worker-process.ts";
import type { Collection } from "./collection.ts";
import { OURS, RAW_LANCEDB, type Asking } from "./contestant.ts";
import { searchFixture, startSearchWorker } from "./search-fixtures.ts";
import type { SearchTasks } from "./search-worker.ts";

/** Longer slices: a search takes longer than what other suites measure. */
const SLICES = 3;

export type Searcher = WorkerProcess<SearchTasks>;

/** A participant: a process, and what it is asked. */
export interface Entrant {
  readonly name: string;
  readonly searcher: Searcher;
  readonly asking: Asking;
}

/** Processes that have a collection open and end together. */
export class Field implements AsyncDisposable {
  readonly #stack = new AsyncDisposableStack();
  readonly #lab: Pick<Lab, "tell">;

  constructor(lab: Pick<Lab, "tell">) {
    this.#lab = lab;
  }

  async open(name: string, collection: Collection): Promise<Searcher> {
    const folder =
      name === OURS || name === RAW_LANCEDB
        ? await searchFixture(name, collection, this.#lab.tell)
        : "";
    this.#lab.tell(`opening ${name}`);
    const searcher = this.#stack.use(startSearchWorker());
    await searcher.ask("open", { name, collection, folder });
    return searcher;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** The median time of a question in every round, in milliseconds; the entrants take turns. */
export async function raceSearches(
  entrants: readonly Entrant[],
  { rounds, sliceMs, tell }: Pick<Lab, "rounds" | "sliceMs" | "tell">,
): Promise<Score> {
  const score = new Score();
  const runners = entrants.map(({ name, searcher, asking }): Runner<number> => ({
    name,
    prepare: (ms) => searcher.ask("prepare", { asking, sliceMs: ms }),
    run: (n) => searcher.ask("p50", { asking, n }),
  }));
  for (let round = 0; round < rounds; round++) {
    tell(`round ${round + 1} of ${rounds}`);
    for (const [name, { costs }] of await race(runners, { sliceMs: sliceMs * SLICES }, round)) {
      score.add(name, median(costs));
    }
  }
  return score;
}
