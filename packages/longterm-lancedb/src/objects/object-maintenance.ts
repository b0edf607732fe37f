import { systemClock, type Clock } from "@mem/core";
import type { ObjectDatabase } from "./object-database.ts";
import { isConflict, objectError } from "./object-error.ts";
import type { ObjectQueue } from "./object-queue.ts";
import { retried } from "./object-table.ts";
import { ensureIndexes } from "../table/table-indexes.ts";

/** Every commit slows down later commits and reads a little; after this many, the table is compacted. */
const COMMITS = 50;
const IDLE_MS = 10_000;
const RETRY_MS = 30_000;
/** How long a version stays for reads that have begun on it, on this machine or on others. */
const RETENTION_MS = 3_600_000;

export interface ObjectMaintenanceParts {
  readonly database: ObjectDatabase;
  readonly queue: ObjectQueue;
  readonly clock: Clock;
}

/** Keeps the table small and fast, in the background, on every machine that writes it. */
export class ObjectMaintenance {
  readonly #parts: ObjectMaintenanceParts;
  #commits = 0;
  #running: Promise<void> | undefined;
  #cancel: (() => void) | undefined;
  #failure: unknown;
  #closed = false;

  constructor(parts: ObjectMaintenanceParts) {
    this.#parts = parts;
  }

  /** Why the last attempt failed. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Call it after every commit: compacts after many of them, or when none follow. */
  notice(): void {
    this.#commits++;
    if (this.#commits >= COMMITS && this.#failure === undefined) this.#begin();
    else if (this.#failure === undefined) this.#later(IDLE_MS);
  }

  /** Merges what small commits left, updates the indexes, and removes old versions. */
  async compact(): Promise<void> {
    await this.#running;
    if (this.#commits === 0) return;
    const { queue, database } = this.#parts;
    try {
      // Other machines compact the same table, too.
      await retried(() => queue.task(() => this.#compact()));
    } catch (error) {
      throw objectError(error, database.location.uri, "not-applied");
    }
    this.#failure = undefined;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel?.();
    await this.#running;
  }

  #begin(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    if (this.#closed) return;
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
  }

  async #run(): Promise<void> {
    try {
      await this.#parts.queue.task(() => this.#compact());
      this.#failure = undefined;
      if (this.#commits > 0) this.#later(IDLE_MS);
    } catch (error) {
      // A conflict is no failure: another machine compacts, too, or wrote what was to be compacted. It is tried again.
      this.#failure = isConflict(error)
        ? undefined
        : objectError(error, this.#parts.database.location.uri, "not-applied");
      this.#later(RETRY_MS);
    }
  }

  async #compact(): Promise<void> {
    const { database } = this.#parts;
    const commits = this.#commits;
    const table = await database.table("write");
    // Versions have the times of the machines that committed them, so the store's own clock does not apply.
    const cleanupOlderThan = new Date(systemClock.now() - RETENTION_MS);
    await table.optimize({ cleanupOlderThan });
    await ensureIndexes(table, database.modules.lancedb);
    this.#commits -= commits;
  }

  #later(delayMs: number): void {
    this.#cancel?.();
    if (this.#closed) return;
    this.#cancel = this.#parts.clock.schedule(delayMs, () => this.#begin());
  }
}
