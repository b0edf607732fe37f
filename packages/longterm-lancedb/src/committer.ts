import type { Table } from "@lancedb/lancedb";
import { acquireFileLock, type FileLock } from "@mem/append-log";
import { MemoryError } from "@mem/core";
import type { AcknowledgedVersion } from "./acknowledged-version.ts";
import type { Database } from "./database.ts";
import { writeError } from "./storage-error.ts";
import { undoUnacknowledged } from "./recovery.ts";
import { isManifestComplete, listTableFiles, listVersions, syncNewFiles } from "./table-files.ts";

const LOCK_TIMEOUT_MS = 30_000;

/**
 * Makes changes to the table one at a time among all processes, each whole or not at all, and on disk when it
 * resolves. LanceDB itself is no safe upsert, and does not wait for the disk.
 */
export class Committer {
  readonly #database: Database;
  readonly #acknowledged: AcknowledgedVersion;
  readonly #report: (message: string) => void;

  constructor(
    database: Database,
    acknowledged: AcknowledgedVersion,
    report: (message: string) => void,
  ) {
    this.#database = database;
    this.#acknowledged = acknowledged;
    this.#report = report;
  }

  /**
   * Runs `change`, which may commit any number of versions. Rejects with `MEM_LOCKED` when the lock can't be had, and
   * with what `change` threw, then undone: `outcome` is `"unknown"` only where undoing failed, too, or the commit was
   * being acknowledged. `afterwards` runs when the change is on disk, still under the lock.
   */
  commit<T>(change: (table: Table) => Promise<T>, afterwards?: () => Promise<void>): Promise<T> {
    return this.exclusively(async () => {
      const result = await this.#commitOrUndo(change);
      await afterwards?.();
      return result;
    });
  }

  /** Runs `task` while nobody changes the table. */
  async exclusively<T>(task: () => Promise<T>): Promise<T> {
    const lock = await this.#lock();
    try {
      return await task();
    } finally {
      lock.release();
    }
  }

  /**
   * Looks at the newest version before anything is read: recovers where it was not acknowledged, and rejects with
   * `MEM_CORRUPT` where it was and is damaged. LanceDB takes a manifest of zeros for an empty table.
   */
  async check(): Promise<void> {
    const { table, folder } = this.#database.location;
    if ((await listVersions(table)).length === 0) {
      throw new MemoryError("MEM_CORRUPT", `the table of the store in ${folder} is gone`);
    }
    if (!(await this.#isClean())) await this.exclusively(() => this.recover());
    const [newest] = await listVersions(table);
    if (newest !== undefined && (await isManifestComplete(table, newest))) return;
    throw new MemoryError(
      "MEM_CORRUPT",
      `the newest version of the store in ${folder} is damaged; restore a backup`,
    );
  }

  async #isClean(): Promise<boolean> {
    const [newest] = await listVersions(this.#database.location.table);
    return newest === (await this.#acknowledged.read());
  }

  /** Brings the table to its acknowledged version. Call it under the lock. */
  async recover(): Promise<void> {
    const acknowledged = await this.#acknowledged.read();
    if (acknowledged !== undefined && (await this.#isClean())) return;
    const { table } = this.#database.location;
    const before = await listTableFiles(table);
    const done = await undoUnacknowledged(this.#database, acknowledged);
    // Where nothing was acknowledged, nothing is known to be on disk either.
    await syncNewFiles(table, acknowledged === undefined ? new Map() : before);
    await this.#acknowledge();
    if (done !== undefined) this.#report(done);
  }

  async #commitOrUndo<T>(change: (table: Table) => Promise<T>): Promise<T> {
    const { table: path, folder } = this.#database.location;
    let acknowledging = false;
    try {
      await this.recover();
      const before = await listTableFiles(path);
      const result = await change(await this.#database.table());
      await syncNewFiles(path, before);
      acknowledging = true;
      await this.#acknowledge();
      return result;
    } catch (error) {
      const undone = await this.recover().then(
        () => true,
        () => false,
      );
      // An acknowledgement that failed may have been written all the same, and then there is nothing to undo.
      throw writeError(error, folder, undone && !acknowledging ? "not-applied" : "unknown");
    }
  }

  async #acknowledge(): Promise<void> {
    const [newest] = await listVersions(this.#database.location.table);
    if (newest !== undefined && newest !== (await this.#acknowledged.read())) {
      await this.#acknowledged.write(newest);
    }
  }

  async #lock(): Promise<FileLock> {
    const { lock: path, folder } = this.#database.location;
    let lock: FileLock | undefined;
    try {
      lock = await acquireFileLock(path, { timeoutMs: LOCK_TIMEOUT_MS });
    } catch (error) {
      throw writeError(error, folder, "not-applied");
    }
    if (lock !== undefined) return lock;
    throw new MemoryError(
      "MEM_LOCKED",
      `another process has been writing to the store in ${folder} for ${LOCK_TIMEOUT_MS / 1000} seconds; is it paused?`,
    );
  }
}
