import { stat } from "node:fs/promises";
import type { Table } from "@lancedb/lancedb";
import type { Clock } from "@mem/core";
import type { Database } from "./database.ts";
import { removeTemporaryFiles } from "./recovery.ts";
import { listTableFiles, listVersions, manifestPath } from "./table-files.ts";
import { ensureIndexes } from "./table-indexes.ts";
import type { Writer } from "./writer.ts";

/** Every commit makes the next ones and the reads a little slower; after this many, the table is compacted. */
const COMMITS = 50;
const IDLE_MS = 1_000;
/** How long a version stays for the reads that have begun on it; one that takes longer is begun again. */
const RETENTION_MS = 2_000;
/** Between an old version's stamp and its file's. */
const STAMP_MARGIN_MS = 500;
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
      this.#inBackground(() => this.compact());
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
    if (commits === 0) return;
    const began = this.#clock.monotonic();
    await this.#writer.task(async (table) => {
      // No version goes yet: the one that comes of this reaches the disk only afterwards.
      await table.optimize({ cleanupOlderThan: new Date(0) });
      await ensureIndexes(table, this.#database.modules.lancedb);
    });
    this.#commits -= commits;
    const ended = this.#clock.monotonic();
    this.#restUntil = ended + REST * (ended - began);
    this.#cleanLater();
  }

  /** Removes what no read needs any more. */
  async #clean(table: Table): Promise<void> {
    const { table: path } = this.#database.location;
    await removeTemporaryFiles(await listTableFiles(path));
    const [newest = 0] = await listVersions(path);
    const { mtimeMs } = await stat(manifestPath(path, newest));
    // What is on disk now has to stay, should this very step be cut off. Wall time, because LanceDB's stamps are.
    const cutoff = Math.min(Date.now() - RETENTION_MS, mtimeMs - STAMP_MARGIN_MS);
    await table.optimize({ cleanupOlderThan: new Date(cutoff), deleteUnverified: true });
  }

  #whenIdle(delayMs: number): void {
    this.#cancelIdle?.();
    if (this.#closed) return;
    this.#cancelIdle = this.#clock.schedule(delayMs, () =>
      this.#inBackground(() => this.compact()),
    );
  }

  /** Not put off by what is written meanwhile. */
  #cleanLater(): void {
    if (this.#closed || this.#cancelCleaning !== undefined) return;
    this.#cancelCleaning = this.#clock.schedule(RETENTION_MS, () => {
      this.#cancelCleaning = undefined;
      this.#inBackground(() => this.#writer.task((table) => this.#clean(table)));
    });
  }

  #inBackground(task: () => Promise<void>): void {
    if (!this.#closed) void this.#attempt(task);
  }

  async #attempt(task: () => Promise<void>): Promise<void> {
    try {
      await task();
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error;
      this.#whenIdle(RETRY_MS);
    }
  }
}
