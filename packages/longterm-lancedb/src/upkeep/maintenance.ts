import type { Table } from "@lancedb/lancedb";
import { systemClock, type Clock } from "@mem/core";
import type { Base } from "../table/base.ts";
import type { Database } from "../table/database.ts";
import { dropExpired } from "../history/history-retention.ts";
import { indexHistory } from "../history/history-table.ts";
import { HISTORY_NAME, TABLE_NAME, tablePath, type TableName } from "../folder/location.ts";
import { Pins } from "./pins.ts";
import { removeTemporaryFiles, setAsideDamaged } from "./recovery.ts";
import { listTableFiles } from "../table/table-files.ts";
import { ensureIndexes } from "../table/table-indexes.ts";
import type { StoreFiles, TableWriter } from "./table-writer.ts";
import { whileRunning } from "./while-running.ts";

/**
 * Every commit slows down later commits and reads a little, and every row that no index has yet slows down searches.
 */
const COMMITS = 50;
const ENTRIES = 200_000;
/** A larger table is compacted only after half as many rows as it has were written to it, or after many commits. */
const SMALL_TABLE = 50_000;
const MANY_COMMITS = 500;
/**
 * Every search reads all rows that no index has. When nobody writes, they are indexed from this share of the rows on.
 */
const UNINDEXED_SHARE = 1 / 50;
const IDLE_MS = 1_000;
/** How long a version stays for reads that have begun on it; a read that takes longer begins again. */
const RETENTION_MS = 2_000;
/** Compacting takes at most a quarter of the time. */
const REST = 3;
const RETRY_MS = 30_000;
/** How often history whose retention is over is removed. */
const EXPIRY_MS = 3_600_000;

export interface MaintenanceParts {
  readonly database: Database;
  readonly base: Base;
  readonly writer: TableWriter;
  readonly clock: Clock;
}

/** Keeps the table small and fast, in the background, and never while a save waits for it. */
export class Maintenance {
  readonly #parts: MaintenanceParts;
  /** The version that was compacted last; each commit since then has made another. */
  #compacted: number;
  /** Entries written since the last compaction, as far as this process knows. */
  #written = 0;
  #restUntil = 0;
  #running: Promise<void> | undefined;
  #cancelIdle: (() => void) | undefined;
  #cancelCleaning: (() => void) | undefined;
  #cancelExpiry: (() => void) | undefined;
  #expireAfter = -Infinity;
  #failure: unknown;
  #closed = false;

  /** `versions`: how many versions the table has already. */
  constructor(parts: MaintenanceParts, versions: number) {
    this.#parts = parts;
    this.#compacted = parts.base.version - versions;
  }

  /** Why the last attempt failed. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Lets history expire, and indexes what an earlier process left, even if nothing is written. */
  begin(): void {
    if (this.#closed) return;
    const { base, clock, writer } = this.#parts;
    this.#background(async () => {
      if (await this.#hasTail()) this.#whenIdle(IDLE_MS);
    });
    this.#cancelExpiry = clock.schedule(EXPIRY_MS, () => {
      this.#background(async () => {
        if (base.state.history !== undefined) {
          await writer.tryExclusively(() => this.#attempt(() => this.#expire()));
        }
        this.begin();
      });
    });
  }

  /** Takes note of how many entries were written to the table. */
  wrote(entries: number): void {
    this.#written += entries;
  }

  /**
   * Call it under the lock when the table was written: compacts after many commits, or when none follow. Meanwhile,
   * `keepUp` is called repeatedly to write new changes, with the files from before the compaction: what it writes may
   * build on files that the compaction makes.
   */
  async afterFlush(keepUp: (since: StoreFiles) => Promise<void>): Promise<void> {
    const { base, clock } = this.#parts;
    if (this.#closed) return;
    const commits = base.version - this.#compacted;
    const isRested = clock.monotonic() >= this.#restUntil;
    const isDue = commits >= COMMITS || this.#written >= ENTRIES;
    if (isDue && isRested && (await this.#isWorthIt(commits))) {
      await this.#attempt(() => this.#compact(keepUp));
    } else {
      this.#whenIdle(IDLE_MS);
    }
  }

  async #isWorthIt(commits: number): Promise<boolean> {
    const rows = await this.#parts.base.use((table) => table.countRows());
    return rows <= SMALL_TABLE || commits >= MANY_COMMITS || this.#written * 2 >= rows;
  }

  /** Removes every version before the present one, even if somebody reads it. Call it under the lock. */
  async removeAllOlder(): Promise<void> {
    const { base, writer } = this.#parts;
    await this.#removeLeftovers();
    const { version, history: state } = base.state;
    await writer.publish(
      base.watermark,
      async (table, history) => {
        const cutoff = await timestampOf(table, version);
        await table.optimize({ cleanupOlderThan: new Date(cutoff), deleteUnverified: true });
        if (history === undefined || state === undefined) return;
        const older = await timestampOf(history, state.version);
        await history.optimize({ cleanupOlderThan: new Date(older), deleteUnverified: true });
      },
      { keepsPrevious: false },
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelIdle?.();
    this.#cancelCleaning?.();
    this.#cancelExpiry?.();
    await this.#running;
  }

  /** Merges what small commits left, and updates the indexes. Call it under the lock. */
  async #compact(keepUp?: (since: StoreFiles) => Promise<void>): Promise<void> {
    const { base, writer, clock } = this.#parts;
    const { version } = base;
    if (version === this.#compacted) return;
    const began = clock.monotonic();
    await this.#removeLeftovers();
    const since = await writer.files();
    const written = this.#written;
    const running = this.#optimize();
    // Even without `keepUp`: whatever fails, nothing is left running that nobody waits for.
    await whileRunning(running, async () => keepUp?.(since));
    await writer.publish(base.watermark, () => running, { since });
    this.#written -= written;
    this.#compacted = base.version;
    const ended = clock.monotonic();
    this.#restUntil = ended + REST * (ended - began);
    this.#cleanLater(RETENTION_MS);
  }

  async #compactIdle(): Promise<void> {
    const commits = this.#parts.base.version - this.#compacted;
    if ((await this.#isWorthIt(commits)) || (await this.#hasTail())) await this.#compact();
  }

  /** Whether a large table has many rows that the index of terms does not have yet. */
  async #hasTail(): Promise<boolean> {
    return this.#parts.base.use(async (table) => {
      const rows = await table.countRows();
      if (rows <= SMALL_TABLE) return false;
      const index = await table.indexStats("terms_idx");
      return (index?.numUnindexedRows ?? 0) > rows * UNINDEXED_SHARE;
    });
  }

  /** Uses other handles than the writing ones, so that nobody is kept from writing meanwhile. */
  async #optimize(): Promise<void> {
    const { database, base } = this.#parts;
    const { lancedb } = database.modules;
    await database.aside(TABLE_NAME, async (table) => {
      // If no process runs long enough for `#clean`, nothing else removes old versions.
      await table.optimize({ cleanupOlderThan: await this.#oldestNeeded(table) });
      await ensureIndexes(table, lancedb);
    });
    if (base.state.history === undefined) return;
    await database.aside(HISTORY_NAME, async (history) => {
      await this.#dropExpired(history);
      const older = await this.#oldestNeeded(history, HISTORY_NAME);
      await history.optimize({ cleanupOlderThan: older });
      await indexHistory(history, lancedb);
    });
  }

  /** Removes what no read needs any more. Call it under the lock. */
  async #clean(): Promise<void> {
    const { base, writer } = this.#parts;
    // `optimize` compacts once more, so a large table is cleaned with the next compaction.
    if ((await base.use((table) => table.countRows())) > SMALL_TABLE) return;
    await this.#removeLeftovers();
    let newest = 0;
    await writer.publish(base.watermark, async (table, history) => {
      const cutoff = await this.#oldestNeeded(table);
      newest = cutoff.getTime();
      await table.optimize({ cleanupOlderThan: cutoff, deleteUnverified: true });
      if (history === undefined) return;
      const older = await this.#oldestNeeded(history, HISTORY_NAME);
      newest = Math.max(newest, older.getTime());
      await history.optimize({ cleanupOlderThan: older, deleteUnverified: true });
    });
    this.#compacted = base.version;
    // Some versions were too recent to be removed.
    if (systemClock.now() - newest < 2 * RETENTION_MS) this.#cleanLater(RETENTION_MS);
  }

  /** Versions older than this may be removed: neither a read that has begun nor a repair needs them. */
  async #oldestNeeded(table: Table, name: TableName = TABLE_NAME): Promise<Date> {
    const { database, base, writer } = this.#parts;
    const { version, history = base.state.history } = await writer.oldestState();
    // No read of the history takes long.
    const oldest =
      name === HISTORY_NAME
        ? (history?.version ?? 0)
        : Math.min(await new Pins(database.location.pins).oldest(), version);
    const kept = await timestampOf(table, oldest);
    return new Date(Math.min(systemClock.now() - RETENTION_MS, kept));
  }

  /** Call it under the lock. */
  async #expire(): Promise<void> {
    const { base, writer } = this.#parts;
    const { history: before } = base.state;
    await writer.publish(base.watermark, async (_, history) => {
      if (history !== undefined) await this.#dropExpired(history);
    });
    if (base.state.history?.version !== before?.version) this.#cleanLater(RETENTION_MS);
  }

  async #dropExpired(history: Table): Promise<void> {
    const { database, clock } = this.#parts;
    if (clock.monotonic() < this.#expireAfter) return;
    await dropExpired(history, database, clock);
    this.#expireAfter = clock.monotonic() + EXPIRY_MS;
  }

  async #removeLeftovers(): Promise<void> {
    const { database, base } = this.#parts;
    await setAsideDamaged(database, base.state);
    const names: TableName[] = base.state.history ? [TABLE_NAME, HISTORY_NAME] : [TABLE_NAME];
    for (const name of names) {
      await removeTemporaryFiles(await listTableFiles(tablePath(database.location, name)));
    }
  }

  #whenIdle(delayMs: number): void {
    this.#cancelIdle?.();
    if (this.#closed) return;
    const { clock, writer } = this.#parts;
    this.#cancelIdle = clock.schedule(delayMs, () =>
      this.#background(() => writer.tryExclusively(() => this.#attempt(() => this.#compactIdle()))),
    );
  }

  /** Unlike `#whenIdle`, it is not put off by later calls. */
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
    this.#running = this.#after(this.#running, task);
  }

  async #after(before: Promise<void> | undefined, task: () => Promise<unknown>): Promise<void> {
    await before;
    try {
      await task();
    } catch (error) {
      this.#failure = error;
      this.#whenIdle(RETRY_MS);
    }
  }

  async #attempt(task: () => Promise<void>): Promise<void> {
    try {
      await task();
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error;
      // Otherwise every commit from now on would try again.
      this.#restUntil = this.#parts.clock.monotonic() + RETRY_MS;
      this.#whenIdle(RETRY_MS);
      this.#cleanLater(RETRY_MS);
    }
  }
}

/** In milliseconds since 1970; 0 for a version that is gone. */
async function timestampOf(table: Table, version: number): Promise<number> {
  const versions = await table.listVersions();
  return versions.find((each) => each.version === version)?.timestamp.getTime() ?? 0;
}
