import type { Connection, ConnectionOptions, Session, Table } from "@lancedb/lancedb";
import { TABLE_NAME, type StoreLocation, type TableName } from "../folder/location.ts";
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
  readonly #tables = new Map<TableName, Table>();

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
    const { modules, connection, session } = await connectTo(location.folder);
    return new Database(location, modules, connection, session);
  }

  /** The handle that writes: always at the newest version. */
  async table(name: TableName = TABLE_NAME): Promise<Table> {
    const open = this.#tables.get(name) ?? (await this.connection.openTable(name));
    this.#tables.set(name, open);
    return open;
  }

  /** A handle that stays at a version; the caller closes it. */
  openVersion(version: number, name: TableName = TABLE_NAME): Promise<Table> {
    return this.connection.openTable(name, undefined, { version });
  }

  /** Runs long work on a handle of its own, so that nobody waits for the handle that writes. */
  async aside<T>(name: TableName, work: (table: Table) => Promise<T>): Promise<T> {
    const table = await this.connection.openTable(name);
    try {
      return await work(table);
    } finally {
      table.close();
    }
  }

  /** Bytes that LanceDB keeps in memory for this store. */
  get cachedBytes(): number {
    return Number(this.#session.sizeBytes());
  }

  close(): void {
    for (const table of this.#tables.values()) table.close();
    this.connection.close();
  }
}

/** Opens a connection on which every read checks what others committed. */
export async function connectTo(
  uri: string,
  options: Partial<ConnectionOptions> = {},
  shared?: Session,
): Promise<{
  readonly modules: NativeModules;
  readonly connection: Connection;
  readonly session: Session;
}> {
  const modules = await loadNativeModules();
  const session = shared ?? new modules.lancedb.Session(INDEX_CACHE_BYTES, METADATA_CACHE_BYTES);
  const connection = await modules.lancedb.connect(uri, {
    ...options,
    // Costs microseconds on a local disk.
    readConsistencyInterval: 0,
    // Here and not as the third argument, which is ignored.
    session,
  });
  return { modules, connection, session };
}
