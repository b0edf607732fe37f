import type { Table } from "@lancedb/lancedb";
import { systemClock, type Clock } from "@mem/core";
import type { Base } from "./base.ts";
import type { Database } from "./database.ts";
import { Pins } from "./pins.ts";
import { removeTemporaryFiles } from "./recovery.ts";
import { listTableFiles } from "./table-files.ts";
import { ensureIndexes } from "./table-indexes.ts";
import type { TableWriter } from "./table-writer.ts";

/** Every commit makes the next ones and the reads a little slower; after this many, the table is compacted. */
const COMMITS = 50;
const IDLE_MS = 1_000;
/** How long a version stays for the reads that have begun on it; one that takes longer is begun again. */
const RETENTION_MS = 2_000;
/** Compacting takes at most a quarter of the time. */
const REST = 3;
const RETRY_MS = 30_000;

export interface MaintenanceParts {
  readonly database: Database;
  readonly base: Base;
  readonly writer: TableWriter;
  readonly clock: Clock;
}

/** Keeps the table small and fast, by itself, and never while a save waits for it. */
export class Maintenance {
  readonly #parts: MaintenanceParts;
  /** The version that was compacted last; each commit since made another. */
  #compacted: number;
  #restUntil = 0;
  #running: Promise<void> | undefined;
  #cancelIdle: (() => void) | undefined;
  #cancelCleaning: (() => void) | undefined;
  #failure: unknown;
  #closed = false;

  /** `versions`: how many of the table there are already. */
  constructor(parts: MaintenanceParts, versions: number) {
    this.#parts = parts;
    this.#compacted = parts.base.version - versions;
  }

  /** What went wrong at the last attempt. */
  get failure(): unknown {
    return this.#failure;
  }

  /** To be called under the lock, when the table was written: compacts after many commits, or when none follow. */
  async afterFlush(): Promise<void> {
    const { base, clock } = this.#parts;
    if (this.#closed) return;
    const isDue = base.version - this.#compacted >= COMMITS;
    if (isDue && clock.monotonic() >= this.#restUntil) await this.#attempt(() => this.#compact());
    else this.#whenIdle(IDLE_MS);
  }

  /** Joins what small commits left, and brings the indexes up to date. */
  async compact(): Promise<void> {
    await this.#running;
    if (this.#parts.base.version === this.#compacted) return;
    await this.#parts.writer.exclusively(() => this.#compact());
  }

  /** Removes every version before the present one, whoever reads it. Call it under the lock. */
  async removeAllOlder(): Promise<void> {
    const { database, base, writer } = this.#parts;
    await removeTemporaryFiles(await listTableFiles(database.location.table));
    const { version } = base;
    await writer.publish(
      base.watermark,
      async (table) => {
        const cutoff = await timestampOf(table, version);
        await table.optimize({ cleanupOlderThan: new Date(cutoff), deleteUnverified: true });
      },
      { keepsPrevious: false },
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelIdle?.();
    this.#cancelCleaning?.();
    await this.#running;
  }

  /** Call it under the lock. */
  async #compact(): Promise<void> {
    const { database, base, writer, clock } = this.#parts;
    if (base.version === this.#compacted) return;
    const began = clock.monotonic();
    await writer.publish(base.watermark, async (table) => {
      // No version goes yet: the one that comes of this reaches the disk only afterwards.
      await table.optimize({ cleanupOlderThan: new Date(0) });
      await ensureIndexes(table, database.modules.lancedb);
    });
    this.#compacted = base.version;
    const ended = clock.monotonic();
    this.#restUntil = ended + REST * (ended - began);
    this.#cleanLater(RETENTION_MS);
  }

  /** Removes what no read needs any more. Call it under the lock. */
  async #clean(): Promise<void> {
    const { database, base, writer } = this.#parts;
    await removeTemporaryFiles(await listTableFiles(database.location.table));
    await writer.publish(base.watermark, async (table) => {
      const read = await new Pins(database.location.pins).oldest();
      const cutoff = await oldestNeeded(table, Math.min(read, await writer.oldestVersion()));
      await table.optimize({ cleanupOlderThan: cutoff, deleteUnverified: true });
    });
    this.#compacted = base.version;
  }

  #whenIdle(delayMs: number): void {
    this.#cancelIdle?.();
    if (this.#closed) return;
    const { clock, writer } = this.#parts;
    this.#cancelIdle = clock.schedule(delayMs, () =>
      this.#background(() => writer.tryExclusively(() => this.#attempt(() => this.#compact()))),
    );
  }

  /** Not put off by what is written meanwhile. */
  #cleanLater(delayMs: number): void {
    if (this.#closed || this.#cancelCleaning !== undefined) return;
    const { clock, writer } = this.#parts;
    this.#cancelCleaning = clock.schedule(delayMs, () => {
      this.#cancelCleaning = undefined;
      this.#background(async () => {
        const ran = await writer.tryExclusively(() => this.#attempt(() => this.#clean()));
        if (!ran) this.#cleanLater(RETENTION_MS);
      });
    });
  }

  #background(task: () => Promise<unknown>): void {
    const running = (this.#running ?? Promise.resolve())
      .then(task)
      .catch((error: unknown) => {
        this.#failure = error;
        this.#whenIdle(RETRY_MS);
      })
      .then(() => {
        if (this.#running === running) this.#running = undefined;
      });
    this.#running = running;
  }

  async #attempt(task: () => Promise<void>): Promise<void> {
    try {
      await task();
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error;
      // Otherwise every commit from now on would try it, too.
      this.#restUntil = this.#parts.clock.monotonic() + RETRY_MS;
      this.#whenIdle(RETRY_MS);
      this.#cleanLater(RETRY_MS);
    }
  }
}

/** Older versions may go: neither a read that has begun nor a repair needs them. */
async function oldestNeeded(table: Table, oldest: number): Promise<Date> {
  return new Date(Math.min(systemClock.now() - RETENTION_MS, await timestampOf(table, oldest)));
}

/** In milliseconds since 1970; 0 for a version that is gone. */
async function timestampOf(table: Table, version: number): Promise<number> {
  const versions = await table.listVersions();
  return versions.find((each) => each.version === version)?.timestamp.getTime() ?? 0;
}
