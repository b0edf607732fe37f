import type { Table } from "@lancedb/lancedb";
import type { HeldTable } from "../table/base.ts";
import type { EntryCache } from "../reading/entry-cache.ts";
import type { ObjectDatabase } from "./object-database.ts";

/** The table at one version; closed when it is no longer the newest one known and nobody reads it. */
interface Snapshot {
  readonly version: number;
  readonly table: Promise<Table>;
  readers: number;
}

/** The table as it was last committed, by any machine: a read sees one version from beginning to end. */
export class ObjectSnapshots {
  readonly #database: ObjectDatabase;
  readonly #cache: EntryCache;
  #newest: Snapshot | undefined;

  constructor(database: ObjectDatabase, cache: EntryCache) {
    this.#database = database;
    this.#cache = cache;
  }

  /** The newest version seen so far. */
  get version(): number {
    return this.#cache.version;
  }

  /** Runs a query on the newest version there is. */
  async use<T>(query: (table: Table, version: number) => Promise<T>): Promise<T> {
    await using held = await this.hold();
    return await query(held.table, held.version);
  }

  /** A handle on the newest version that stays until it is disposed of: for long reads. */
  async hold(): Promise<HeldTable> {
    const version = await (await this.#database.table("read")).version();
    const snapshot = this.#at(version);
    snapshot.readers++;
    const release = async (): Promise<void> => {
      snapshot.readers--;
      this.#closeUnused(snapshot);
    };
    try {
      const table = await snapshot.table;
      return { table, version: snapshot.version, [Symbol.asyncDispose]: release };
    } catch (error) {
      if (this.#newest === snapshot) this.#newest = undefined;
      await release();
      throw error;
    }
  }

  /** Does not wait: all reads have to be done. */
  async close(): Promise<void> {
    const snapshot = this.#newest;
    this.#newest = undefined;
    (await snapshot?.table.catch(() => undefined))?.close();
  }

  /** Two lookups may return in the opposite order; the later version has everything that the earlier one has. */
  #at(version: number): Snapshot {
    const before = this.#newest;
    if (before !== undefined && before.version >= version) return before;
    const table = this.#database.openVersion(version);
    // The reader gets the error; here, nobody waits for it.
    table.catch(() => undefined);
    const snapshot = { version, table, readers: 0 };
    this.#newest = snapshot;
    this.#cache.clear();
    this.#cache.version = version;
    if (before !== undefined) this.#closeUnused(before);
    return snapshot;
  }

  #closeUnused(snapshot: Snapshot): void {
    if (snapshot === this.#newest || snapshot.readers > 0) return;
    snapshot.table.then(
      (table) => table.close(),
      () => undefined,
    );
  }
}
