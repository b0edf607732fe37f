import { setTimeout as delay } from "node:timers/promises";
import type { Clock, EmbedderFingerprint } from "@mem/core";
import type { Analyzer } from "@mem/search";
import type { Base } from "../table/base.ts";
import type { ChangeLog } from "../log/change-log.ts";
import type { Database } from "../table/database.ts";
import { writeHistory } from "../history/history-writer.ts";
import type { Replica } from "../log/replica.ts";
import type { MadeVectors } from "../vectors/made-vectors.ts";
import type { Maintenance } from "./maintenance.ts";
import { onlyAdds, writeChanges } from "./table-changes.ts";
import type { StoreFiles, TableWork, TableWriter } from "./table-writer.ts";

/** The table is written when this much has changed, or when the oldest change is this old. */
const FLUSH_BYTES = 16 << 20;
const FLUSH_ENTRIES = 32_768;
const FLUSH_AFTER_MS = 1_000;
/** How many entries may be left in the log when the store is closed. */
const LEFT_ENTRIES = 1_000;
/** The delay before a retry, after a failure or when another process is writing the table. */
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 30_000;
const POLL_MS = 20;

export interface WriteOptions {
  /** What else to do with the tables. */
  readonly afterwards?: TableWork;
  /** See `Publication`. */
  readonly keepsPrevious?: boolean;
  /** Writes nothing if rows would be removed or replaced. Default `false`. */
  readonly onlyAdding?: boolean;
  /** See `Publication`. */
  readonly since?: StoreFiles;
  readonly embedder?: EmbedderFingerprint;
}

export interface FlusherParts {
  readonly database: Database;
  readonly base: Base;
  readonly log: ChangeLog;
  readonly replica: Replica;
  readonly writer: TableWriter;
  readonly vectors: MadeVectors;
  readonly maintenance: Maintenance;
  readonly analyzer: Analyzer;
  readonly clock: Clock;
  readonly maxUnflushedBytes: number;
}

/** Brings the table up to the log, in the background, in batches. */
export class Flusher {
  readonly #parts: FlusherParts;
  #running: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;
  #failures = 0;
  #failure: unknown;
  /** Another process has the lock, or the last attempt failed: a retry is scheduled. */
  #isWaiting = false;
  /** Somebody waits for the table. */
  #isUrgent = false;
  /** Since when there has been something that the table does not have. */
  #behindSince: number | undefined;
  #closed = false;

  constructor(parts: FlusherParts) {
    this.#parts = parts;
  }

  /** Why the last attempt failed. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Whether there is something that the table does not have. */
  get isBehind(): boolean {
    const { replica, vectors } = this.#parts;
    return replica.overlay.size > 0 || replica.overlay.hasClearings || vectors.size > 0;
  }

  /** How long the table has been behind, in milliseconds. */
  get behindMs(): number {
    if (this.#behindSince === undefined || !this.isBehind) return 0;
    return this.#parts.clock.monotonic() - this.#behindSince;
  }

  /** Call it when something has changed. */
  notice(): void {
    this.#behindSince ??= this.#parts.clock.monotonic();
    if (this.#closed || this.#running !== undefined || this.#isWaiting) return;
    const { bytes, overlay } = this.#parts.replica;
    if (bytes >= FLUSH_BYTES || overlay.size >= FLUSH_ENTRIES) this.begin();
    else if (this.#cancelTimer === undefined) this.#later(FLUSH_AFTER_MS);
  }

  /** Begins to write now, unless it has to wait. */
  begin(): void {
    if (this.#closed || this.#running !== undefined || this.#isWaiting) return;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      if (this.isBehind) this.notice();
    });
  }

  /**
   * Resolves when the table has everything that was changed before the call, whoever writes it. Rejects with the reason
   * if it can't be written, and with `MEM_LOCKED` if another process holds the lock for a minute.
   */
  async flush(): Promise<void> {
    const { log, writer } = this.#parts;
    const mark = log.cursor;
    while (this.#running !== undefined && !this.#hasWritten(mark)) {
      this.#isUrgent = true;
      await Promise.race([this.#running, delay(POLL_MS)]);
    }
    if (this.#hasWritten(mark)) return;
    await writer.exclusively(() => this.writeAndMaintain());
    this.#succeed();
  }

  /**
   * Waits for what is running. What the table does not have stays in the log, unless that is so much that the next
   * opening would be slow: then the table is written first.
   */
  async close(): Promise<void> {
    const { replica, vectors } = this.#parts;
    await this.#running;
    this.#isWaiting = false;
    if (replica.overlay.size > LEFT_ENTRIES || vectors.size > 0) this.begin();
    this.#closed = true;
    this.#cancelTimer?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { writer } = this.#parts;
    try {
      const ran = await writer.tryExclusively(() => this.writeAndMaintain());
      if (ran) this.#succeed();
      else this.#wait(FIRST_RETRY_MS);
    } catch (error) {
      this.#failure = error;
      this.#wait(Math.min(FIRST_RETRY_MS * 2 ** this.#failures, LAST_RETRY_MS));
      this.#failures++;
    }
  }

  #succeed(): void {
    this.#failure = undefined;
    this.#failures = 0;
  }

  #hasWritten(mark: string): boolean {
    const { base, vectors } = this.#parts;
    return !this.isBehind || (base.watermark >= mark && vectors.size === 0);
  }

  /** Writes the table, and has it compacted if that is due. Call it under the lock. */
  async writeAndMaintain(): Promise<void> {
    if (this.isBehind) await this.write();
    await this.#parts.maintenance.afterFlush((since) => this.#keepUp(since));
  }

  /** Writes the table while it is being compacted, as long as that does not disturb the compaction. */
  async #keepUp(since: StoreFiles): Promise<void> {
    const { overlay } = this.#parts.replica;
    const isMuch = overlay.bytes >= FLUSH_BYTES || overlay.size >= FLUSH_ENTRIES;
    if (!isMuch && !(this.#isUrgent && this.isBehind)) return;
    // If too much is waiting, it is written even at the price of the compaction.
    const onlyAdding = overlay.bytes < this.#parts.maxUnflushedBytes / 2;
    await this.write({ onlyAdding, since });
  }

  /** Writes the table, and then does `afterwards`. Call it under the lock. */
  async write(options: WriteOptions = {}): Promise<void> {
    const { afterwards, onlyAdding = false, keepsPrevious = true, since, embedder } = options;
    const { database, base, log, replica, writer, vectors, maintenance, analyzer } = this.#parts;
    while (!replica.isSettled) await replica.settled();
    // Read in one turn: these are exactly the changes before `watermark`.
    const slice = replica.overlay.inTenant();
    const accepted = replica.history.all();
    const watermark = log.cursor;
    const made = vectors.all();
    // What other processes have appended may not have reached the disk yet.
    await log.sync();
    const changes = Array.from(slice.entries.values(), ({ changed }) => changed);
    await base.use((table, version) => base.learnOf(table, version, changes));
    const { arrow } = database.modules;
    const tableChanges = { slice, vectors: made };
    if (onlyAdding && !onlyAdds(tableChanges)) return;
    await writer.publish(
      watermark,
      async (table, history) => {
        const { history: state } = base.state;
        if (history !== undefined && state !== undefined) {
          await writeHistory({ table, history, state }, accepted, { arrow, base });
        }
        await writeChanges(table, tableChanges, { arrow, analyzer });
        await afterwards?.(table, history);
      },
      {
        keepsPrevious,
        ...(since && { since }),
        ...(embedder && { embedder }),
      },
    );
    vectors.written(made);
    maintenance.wrote(changes.length);
    this.#isUrgent = false;
    this.#behindSince = this.isBehind ? this.#parts.clock.monotonic() : undefined;
  }

  #wait(delayMs: number): void {
    this.#isWaiting = true;
    this.#later(delayMs);
  }

  #later(delayMs: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#closed) return;
    this.#cancelTimer = this.#parts.clock.schedule(delayMs, () => {
      this.#cancelTimer = undefined;
      this.#isWaiting = false;
      this.begin();
    });
  }
}
