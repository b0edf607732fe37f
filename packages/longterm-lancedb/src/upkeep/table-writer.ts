import type { Table } from "@lancedb/lancedb";
import { acquireFileLock, tryFileLock, type FileLock } from "@mem/append-log";
import { MemoryError, type EmbedderFingerprint } from "@mem/core";
import type { Base } from "../table/base.ts";
import {
  isLater,
  readBases,
  writeBases,
  type Bases,
  type BaseState,
  type HistoryState,
} from "../table/base-file.ts";
import type { ChangeLog } from "../log/change-log.ts";
import type { Database } from "../table/database.ts";
import { HISTORY_NAME } from "../folder/location.ts";
import { undoUnpublished } from "./recovery.ts";
import { stillLocked } from "../folder/lock-error.ts";
import type { Replica } from "../log/replica.ts";
import { writeError } from "../store/storage-error.ts";
import {
  listTableFiles,
  listVersions,
  syncNewFiles,
  type TableFiles,
} from "../table/table-files.ts";

const LOCK_TIMEOUT_MS = 60_000;
/** A segment of the log is sealed at this size, so that it can be removed when the table has all of it. */
const SEGMENT_BYTES = 8 << 20;

export interface TableWriterParts {
  readonly database: Database;
  readonly base: Base;
  readonly log: ChangeLog;
  readonly replica: Replica;
  /** Called with what was repaired. */
  readonly report: (message: string) => void;
}

/** Work on the tables; `history` is given in stores that keep one. */
export type TableWork = (table: Table, history: Table | undefined) => Promise<void>;

export interface Publication {
  /** Default `true`; if `false`, the previous state can't be gone back to. */
  readonly keepsPrevious?: boolean;
  /** The state of a history table that was just created and is on disk. */
  readonly history?: HistoryState;
  /** The embedder that makes the vectors from now on. */
  readonly embedder?: EmbedderFingerprint;
  /** If `work` may build on files of something that was begun before it: the files that existed at that time. */
  readonly since?: StoreFiles;
}

/** The files of the tables. */
export interface StoreFiles {
  readonly table: TableFiles;
  readonly history?: TableFiles;
}

/**
 * Writes the table, one process at a time. What it writes becomes the table that every process reads only once it is on
 * disk: LanceDB itself does not wait for that.
 */
export class TableWriter {
  readonly #parts: TableWriterParts;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(parts: TableWriterParts) {
    this.#parts = parts;
  }

  /** Runs `task` unless another process is writing the table. Resolves with whether it ran. */
  async tryExclusively(task: () => Promise<void>): Promise<boolean> {
    const { lock: path, folder } = this.#parts.database.location;
    const lock = await asked(folder, tryFileLock(path, { recordHolder: true }));
    if (lock === undefined) return false;
    await this.#run(lock, task);
    return true;
  }

  /**
   * Runs `task` as soon as no other process writes the table. Rejects with `MEM_LOCKED` after a minute, and with
   * `MEM_CLOSED` if the store is closed meanwhile.
   */
  async exclusively(task: () => Promise<void>): Promise<void> {
    const { lock: path, folder } = this.#parts.database.location;
    const { signal } = this.#closing;
    const options = { timeoutMs: LOCK_TIMEOUT_MS, recordHolder: true, signal };
    const lock = await asked(folder, acquireFileLock(path, options));
    if (lock === undefined) throw stillLocked(folder, LOCK_TIMEOUT_MS);
    await this.#run(lock, task);
  }

  /** Makes all calls that wait for the lock give up. */
  stopWaiting(): void {
    this.#closing.abort(new MemoryError("MEM_CLOSED", "the store is closed"));
  }

  /** Resolves when nothing runs under the lock any more, including what nobody waits for. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  /**
   * Publishes what `work` does to the tables: every process then reads tables that have everything the log says before
   * `watermark`. Call it under the lock. If `work` fails, rejects with the `MemoryError` for it, and nothing has
   * changed for anybody.
   */
  async publish(
    watermark: string,
    work: TableWork,
    { keepsPrevious = true, history: begun, embedder: other, since }: Publication = {},
  ): Promise<void> {
    const { database, log } = this.#parts;
    const { table: path, history: historyPath, folder, base: basesPath } = database.location;
    let current: BaseState;
    try {
      const previous = withHistory((await this.#bases()).current, begun);
      const { table: before, history: historyBefore } = since ?? (await this.files(previous));
      await work(await database.table(), historyBefore && (await database.table(HISTORY_NAME)));
      // Looked up before the files are: a version that a compaction commits in between may not be on disk with them.
      const version = await newestVersion(path);
      const history = await newestHistory(historyPath, begun ?? previous.history);
      await syncNewFiles(path, before);
      if (historyBefore !== undefined) await syncNewFiles(historyPath, historyBefore);
      const embedder = other ?? previous.embedder;
      current = { version, watermark, ...(history && { history }), ...(embedder && { embedder }) };
      const isSame = !isLater(current, previous) && watermark === previous.watermark;
      if (isSame && begun === undefined && other === undefined) return;
      await writeBases(basesPath, keepsPrevious ? { current, previous } : { current });
    } catch (error) {
      // If that can't be undone now because the disk is full, the next task under the lock undoes it.
      await this.#recover().catch(() => undefined);
      throw writeError(error, folder, "not-applied");
    }
    await log.announce({ kind: "flushed", ...current });
    await this.#dropSegments();
  }

  /** The present files, to tell later which ones are new. */
  async files(state: BaseState = this.#parts.base.state): Promise<StoreFiles> {
    const { table, history } = this.#parts.database.location;
    return {
      table: await listTableFiles(table),
      ...(state.history && { history: await listTableFiles(history) }),
    };
  }

  /**
   * The oldest state that is needed: if the current one turns out to be unreadable, the previous one takes its place.
   */
  async oldestState(): Promise<BaseState> {
    const { current, previous = current } = await this.#bases();
    return previous;
  }

  async #run(lock: FileLock, task: () => Promise<void>): Promise<void> {
    const running = this.#holding(lock, task);
    this.#running.add(running);
    try {
      await running;
    } finally {
      this.#running.delete(running);
    }
  }

  async #holding(lock: FileLock, task: () => Promise<void>): Promise<void> {
    const { log, replica } = this.#parts;
    try {
      await log.catchUp();
      await replica.settled();
      await this.#recover();
      await replica.settled();
      await task();
    } finally {
      lock.release();
    }
  }

  /** Completes what a process that died under the lock had begun, or undoes it. */
  async #recover(): Promise<void> {
    const { database, base, log, report } = this.#parts;
    const { current } = await this.#bases();
    const done = await undoUnpublished(database, current).catch((error: unknown) => {
      throw writeError(error, database.location.folder, "not-applied");
    });
    if (done !== undefined) report(done);
    if (isLater(current, base.state)) await log.announce({ kind: "flushed", ...current });
  }

  async #dropSegments(): Promise<void> {
    const { log } = this.#parts;
    if (log.segmentBytes > SEGMENT_BYTES) await log.seal();
    const { current, previous = current } = await this.#bases();
    await log.dropBefore(previous.watermark);
  }

  async #bases(): Promise<Bases> {
    const { base: path } = this.#parts.database.location;
    const bases = await readBases(path);
    if (bases === undefined) throw new MemoryError("MEM_CORRUPT", `${path} is gone`);
    return bases;
  }
}

/** The state before the history began, with an empty history, in case it has to be gone back to. */
function withHistory(state: BaseState, begun: HistoryState | undefined): BaseState {
  if (begun === undefined) return state;
  return { ...state, history: { ...begun, from: state.watermark } };
}

async function newestHistory(
  table: string,
  state: HistoryState | undefined,
): Promise<HistoryState | undefined> {
  return state && { ...state, version: await newestVersion(table) };
}

async function newestVersion(table: string): Promise<number> {
  const [newest] = await listVersions(table);
  if (newest === undefined) throw new MemoryError("MEM_CORRUPT", `the table ${table} is gone`);
  return newest;
}

async function asked<T>(folder: string, lock: Promise<T>): Promise<T> {
  try {
    return await lock;
  } catch (error) {
    throw writeError(error, folder, "not-applied");
  }
}
