import type { Connection, Session, Table } from "@lancedb/lancedb";
import { isVanishedVersion, overtaken, readError } from "./storage-error.ts";
import { TABLE_NAME, type StoreLocation } from "./location.ts";
import { loadNativeModules, type NativeModules } from "./native-module.ts";
import { listVersions } from "./table-files.ts";

// LanceDB's own defaults are 6 GB and 1 GB.
const INDEX_CACHE_BYTES = 256n << 20n;
const METADATA_CACHE_BYTES = 64n << 20n;
const READ_ATTEMPTS = 5;

/** LanceDB's connection to a store's folder. */
export class Database {
  readonly location: StoreLocation;
  readonly modules: NativeModules;
  readonly connection: Connection;
  readonly #session: Session;
  #table: Table | undefined;

  private constructor(
    location: StoreLocation,
    modules: NativeModules,
    connection: Connection,
    session: Session,
  ) {
    this.location = location;
    this.modules = modules;
    this.connection = connection;
    this.#session = session;
  }

  static async connect(location: StoreLocation): Promise<Database> {
    const modules = await loadNativeModules();
    const session = new modules.lancedb.Session(INDEX_CACHE_BYTES, METADATA_CACHE_BYTES);
    const connection = await modules.lancedb.connect(location.folder, {
      // Zero: every read looks for what other processes committed, which costs microseconds on a local disk.
      readConsistencyInterval: 0,
      // Here and not as the third argument, which is ignored.
      session,
    });
    return new Database(location, modules, connection, session);
  }

  /** The handle that everything but recovery uses. */
  async table(): Promise<Table> {
    this.#table ??= await this.connection.openTable(TABLE_NAME);
    return this.#table;
  }

  /**
   * Runs a query. Where another process removed the version that it was reading, it is begun again on the newest.
   * Rejects with `MEM_CORRUPT` or `MEM_UNAVAILABLE`.
   */
  async read<T>(query: (table: Table) => Promise<T>): Promise<T> {
    const { folder } = this.location;
    let newest: number | undefined;
    for (let attempt = 1; ; attempt++) {
      try {
        return await query(await this.table());
      } catch (error) {
        if (!isVanishedVersion(error)) throw readError(error, folder);
        const before = newest;
        [newest] = await listVersions(this.location.table);
        // A file that is missing from one and the same version is lost.
        if (attempt > 1 && newest === before) throw readError(error, folder);
        if (attempt === READ_ATTEMPTS) throw overtaken(error, folder);
      }
    }
  }

  /** How many rows meet the condition, or how many there are. */
  count(condition?: string): Promise<number> {
    return this.read((table) => table.countRows(condition));
  }

  /** Runs queries that have to speak of one state of the table, whatever is written meanwhile. */
  snapshot<T>(queries: (table: Table) => Promise<T>): Promise<T> {
    return this.read(async (live) => {
      const version = await live.version();
      const table = await this.connection.openTable(TABLE_NAME, undefined, { version });
      try {
        return await queries(table);
      } finally {
        table.close();
      }
    });
  }

  /** Bytes that LanceDB keeps in memory for this store. */
  get cachedBytes(): number {
    return Number(this.#session.sizeBytes());
  }

  close(): void {
    this.#table?.close();
    this.connection.close();
  }
}
