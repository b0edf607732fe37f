import type { Table } from "@lancedb/lancedb";
import { systemClock, type Clock } from "@mem/core";
import type { Database } from "./database.ts";
import { removeTemporaryFiles } from "./recovery.ts";
import { listTableFiles } from "./table-files.ts";
import { ensureIndexes } from "./table-indexes.ts";
import type { Writer } from "./writer.ts";

/** Every commit makes the next ones and the reads a little slower; after this many, the table is compacted. */
const COMMITS = 50;
const IDLE_MS = 1_000;
/** How long a version stays for the reads that have begun on it; one that takes longer is begun again. */
const RETENTION_MS = 2_000;
/** Compacting takes at most a quarter of the writer's time. */
const REST = 3;
const RETRY_MS = 30_000;

/** Keeps the table small and fast, by itself, between commits. */
export class Maintenance {
  readonly #database: Database;
  readonly #writer: Writer;
  readonly #clock: Clock;
  /** Commits since the last compaction. */
  #commits: number;
  #restUntil = 0;
  #compacting: Promise<void> | undefined;
  #cancelIdle: (() => void) | undefined;
  #cancelCleaning: (() => void) | undefined;
  #failure: unknown;
  #closed = false;

  /** `versions`: how many of the table there are already. */
  constructor(database: Database, writer: Writer, clock: Clock, versions: number) {
    this.#database = database;
    this.#writer = writer;
    this.#clock = clock;
    this.#commits = versions;
  }

  /** What went wrong at the last attempt. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Takes note of a commit; compacts when there have been many, or when nothing follows for a while. */
  committed(): void {
    if (this.#closed) return;
    this.#commits++;
    if (this.#commits >= COMMITS && this.#clock.monotonic() >= this.#restUntil) {
      void this.#compactOrRetry();
    } else if (this.#compacting === undefined) {
      this.#whenIdle(IDLE_MS);
    }
  }

  /** Joins what small commits left, and brings the indexes up to date. */
  compact(): Promise<void> {
    this.#cancelIdle?.();
    this.#compacting ??= this.#compact().finally(() => {
      this.#compacting = undefined;
    });
    return this.#compacting;
  }

  close(): void {
    this.#closed = true;
    this.#cancelIdle?.();
    this.#cancelCleaning?.();
  }

  async #compact(): Promise<void> {
    const commits = this.#commits;
    if (commits === 0 || this.#closed) return;
    const began = this.#clock.monotonic();
    await this.#writer.task(async (table) => {
      // No version goes yet: the one that comes of this reaches the disk only afterwards.
      await table.optimize({ cleanupOlderThan: new Date(0) });
      await ensureIndexes(table, this.#database.modules.lancedb);
    });
    this.#commits -= commits;
    const ended = this.#clock.monotonic();
    this.#restUntil = ended + REST * (ended - began);
    this.#cleanLater(RETENTION_MS);
  }

  /** Removes what no read needs any more. */
  async #clean(table: Table): Promise<void> {
    await removeTemporaryFiles(await listTableFiles(this.#database.location.table));
    const newest = (await table.listVersions()).toSorted((a, b) => b.version - a.version)[0];
    if (newest === undefined) return;
    // The version that is on disk now has to stay, should this very step be cut off.
    const cutoff = Math.min(systemClock.now() - RETENTION_MS, newest.timestamp.getTime());
    await table.optimize({ cleanupOlderThan: new Date(cutoff), deleteUnverified: true });
  }

  #whenIdle(delayMs: number): void {
    this.#cancelIdle?.();
    if (this.#closed) return;
    this.#cancelIdle = this.#clock.schedule(delayMs, () => void this.#compactOrRetry());
  }

  /** Not put off by what is written meanwhile. */
  #cleanLater(delayMs: number): void {
    if (this.#closed || this.#cancelCleaning !== undefined) return;
    this.#cancelCleaning = this.#clock.schedule(delayMs, () => void this.#cleanOrRetry());
  }

  async #compactOrRetry(): Promise<void> {
    try {
      await this.compact();
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error;
      // Otherwise every commit from now on would try it, too.
      this.#restUntil = this.#clock.monotonic() + RETRY_MS;
      this.#whenIdle(RETRY_MS);
    }
  }

  async #cleanOrRetry(): Promise<void> {
    this.#cancelCleaning = undefined;
    try {
      await this.#writer.task((table) => this.#clean(table));
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error;
      this.#cleanLater(RETRY_MS);
    }
  }
}
