import { createRequire } from "node:module";

/** The part of LanceDB that the lab uses. */
interface LanceDb {
  connect(uri: string, options: { readonly readConsistencyInterval: number }): Promise<Connection>;
}

export interface Connection {
  tableNames(): Promise<string[]>;
  createTable(name: string, rows: readonly object[]): Promise<Table>;
  openTable(name: string): Promise<Table>;
  close(): void;
}

export interface Table {
  mergeInsert(on: string): Merge;
  delete(condition: string): Promise<unknown>;
  countRows(): Promise<number>;
  optimize(): Promise<unknown>;
  query(): Query;
  close(): void;
}

interface Merge {
  whenMatchedUpdateAll(): Merge;
  whenNotMatchedInsertAll(): Merge;
  execute(rows: readonly object[]): Promise<unknown>;
}

interface Query {
  where(condition: string): Query;
  select(columns: readonly string[]): Query;
  toArray(): Promise<unknown[]>;
}

/** Opens a folder with the same LanceDB that the store uses. */
export function connectRaw(uri: string): Promise<Connection> {
  // Otherwise LanceDB prints warnings on standard error; it reads this variable when it is loaded.
  process.env["LANCEDB_LOG"] ??= "error";
  const require = createRequire(import.meta.resolve("@mem/longterm-lancedb"));
  const lancedb = require("@lancedb/lancedb") as LanceDb;
  return lancedb.connect(uri, { readConsistencyInterval: 0 });
}
