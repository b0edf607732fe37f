import type { Connection, Session, Table } from "@lancedb/lancedb";
import { connectTo } from "../table/database.ts";
import { TABLE_NAME } from "../folder/location.ts";
import type { NativeModules } from "../table/native-module.ts";

/** Where an object store is and how it is reached. */
export interface ObjectLocation {
  readonly uri: string;
  /** LanceDB's: credentials, region, endpoint. Never part of a message. */
  readonly storageOptions: Readonly<Record<string, string>>;
  /** Shared by connections that are to see one and the same `memory://`. */
  readonly session?: Session;
}

/** How long a request is retried, in seconds, so that every call ends. LanceDB's own default is 180. */
const DEFAULTS = { client_retry_timeout: "30" };

/** LanceDB's connection to an object store. */
export class ObjectDatabase {
  readonly location: ObjectLocation;
  readonly modules: NativeModules;
  readonly connection: Connection;
  readonly #session: Session;
  readonly #handles = new Map<"read" | "write", Promise<Table>>();

  private constructor(
    location: ObjectLocation,
    { modules, connection, session }: Awaited<ReturnType<typeof connectTo>>,
  ) {
    this.location = location;
    this.modules = modules;
    this.connection = connection;
    this.#session = session;
  }

  static async connect(location: ObjectLocation): Promise<ObjectDatabase> {
    const { uri, storageOptions, session } = location;
    const options = { storageOptions: { ...DEFAULTS, ...storageOptions } };
    return new ObjectDatabase(location, await connectTo(uri, options, session));
  }

  /**
   * A handle that is always at the newest version. Reads and writes have one each, so that no read waits for a commit.
   */
  table(use: "read" | "write"): Promise<Table> {
    let table = this.#handles.get(use);
    if (table === undefined) {
      table = this.connection.openTable(TABLE_NAME);
      this.#handles.set(use, table);
      // If opening fails, the next call tries again.
      table.catch(() => this.#handles.delete(use));
    }
    return table;
  }

  /** A handle that stays at a version; the caller closes it. */
  openVersion(version: number): Promise<Table> {
    return this.connection.openTable(TABLE_NAME, undefined, { version });
  }

  /** Bytes that LanceDB keeps in memory for this store. */
  get cachedBytes(): number {
    return Number(this.#session.sizeBytes());
  }

  async close(): Promise<void> {
    const tables = await Promise.allSettled(this.#handles.values());
    for (const table of tables) if (table.status === "fulfilled") table.value.close();
    this.connection.close();
  }
}
