import {
  MemoryError,
  type Clock,
  type HistoryRequest,
  type LongTermEntry,
  type Page,
  type Revision,
  type Scope,
} from "@mem/core";
import { historyPage } from "./history-page.ts";
import { entriesAsOf } from "./history-past.ts";
import { horizonOf } from "./history-retention.ts";
import type { OpenedStore } from "../folder/opened-store.ts";
import { readDescription } from "../store/store-description.ts";

/** Answers what entries were in the past. */
export class HistoryAnswers {
  readonly #opened: OpenedStore;
  readonly #clock: Clock;

  constructor(opened: OpenedStore, clock: Clock) {
    this.#opened = opened;
    this.#clock = clock;
  }

  /**
   * The entry of each key as it was at `asOf`. Rejects with `MEM_INVALID_ARGUMENT` if that is before the history
   * begins.
   */
  async past(
    scope: Scope,
    keys: readonly string[],
    asOf: number,
  ): Promise<(LongTermEntry | undefined)[]> {
    if (!Number.isFinite(asOf)) throw invalidTime("has to be a time in milliseconds since 1970");
    const entries = await entriesAsOf(this.#opened, scope, keys, asOf);
    // Checked afterwards, because what was read may have expired meanwhile.
    const { description: path } = this.#opened.database.location;
    const kept = (await readDescription(path))?.history;
    if (entries === undefined || kept === undefined) throw gone(this.#opened);
    const horizon = horizonOf(kept, this.#clock.now());
    if (asOf >= horizon) return entries;
    const since = new Date(horizon).toISOString();
    throw invalidTime(`is before the store's history, which is kept from ${since} on`);
  }

  /** One page of an entry's revisions, newest first. */
  async page(scope: Scope, key: string, request: HistoryRequest): Promise<Page<Revision>> {
    const page = await historyPage(this.#opened, scope, key, request);
    if (page === undefined) throw gone(this.#opened);
    return page;
  }
}

function gone({ database: { location } }: OpenedStore): MemoryError {
  return new MemoryError(
    "MEM_CORRUPT",
    `the history in ${location.folder} is gone; open the store anew to begin another, or restore a backup`,
  );
}

function invalidTime(what: string): MemoryError {
  return new MemoryError("MEM_INVALID_ARGUMENT", `options.asOf ${what}`, { path: "options.asOf" });
}

/** The error if history is asked of a store that was opened without one. */
export function noHistory(path?: string): MemoryError {
  return new MemoryError(
    "MEM_UNSUPPORTED",
    "the store was opened without a history; the option history keeps one",
    path === undefined ? {} : { path },
  );
}
