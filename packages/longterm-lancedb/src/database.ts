import type { Connection, Session, Table } from "@lancedb/lancedb";
import { TABLE_NAME, type StoreLocation } from "./location.ts";
import { loadNativeModules, type NativeModules } from "./native-module.ts";

// LanceDB's own defaults are 6 GB and 1 GB.
const INDEX_CACHE_BYTES = 256n << 20n;
const METADATA_CACHE_BYTES = 64n << 20n;

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

  /** The handle that writes: always at the newest version. */
  async table(): Promise<Table> {
    this.#table ??= await this.connection.openTable(TABLE_NAME);
    return this.#table;
  }

  /** A handle that stays at a version; whoever asks for it closes it. */
  openVersion(version: number): Promise<Table> {
    return this.connection.openTable(TABLE_NAME, undefined, { version });
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
