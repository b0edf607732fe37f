import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** The part of LanceDB that is used. */
export interface LanceDb {
  connect(
    uri: string,
    options: { readonly readConsistencyInterval: number },
  ): Promise<LanceConnection>;
  readonly Index: {
    bitmap(): unknown;
    btree(): unknown;
    fts(): unknown;
    ivfRq(options: { readonly numBits: number; readonly distanceType: "cosine" }): unknown;
  };
  makeArrowTable(rows: readonly object[], options: { readonly schema: unknown }): unknown;
}

export interface LanceConnection {
  createEmptyTable(name: string, schema: unknown): Promise<LanceTable>;
  openTable(name: string): Promise<LanceTable>;
}

export interface LanceTable {
  add(data: unknown): Promise<unknown>;
  mergeInsert(on: string): LanceMerge;
  /** Without options: LanceDB's default for a column of that type. */
  createIndex(column: string, options?: { readonly config: unknown }): Promise<void>;
  optimize(options: { readonly cleanupOlderThan: Date }): Promise<unknown>;
  query(): LanceQuery;
  countRows(): Promise<number>;
}

interface LanceMerge {
  whenMatchedUpdateAll(): LanceMerge;
  whenNotMatchedInsertAll(): LanceMerge;
  execute(data: unknown): Promise<unknown>;
}

interface LanceQuery {
  where(condition: string): this;
  select(columns: readonly string[]): this;
  limit(count: number): this;
  fullTextSearch(text: string, options: { readonly columns: string }): this;
  nearestTo(vector: Float32Array): LanceVectorQuery;
  toArray(): Promise<Readonly<Record<string, unknown>>[]>;
  toArrow(): Promise<ArrowResult>;
}

/** Rows column by column, as they came. */
export interface ArrowResult {
  readonly numRows: number;
  getChild(name: string): { get(row: number): unknown } | null;
}

interface LanceVectorQuery extends LanceQuery {
  distanceType(type: "cosine"): this;
  nprobes(count: number): this;
  refineFactor(factor: number): this;
  bypassVectorIndex(): this;
}

export interface ArrowSchema {
  readonly fields: readonly { readonly name: string; readonly type: unknown }[];
}

/** The part of Arrow that is used. */
export interface Arrow {
  readonly Schema: new (fields: readonly unknown[]) => ArrowSchema;
  readonly Field: new (name: string, type: unknown, nullable: boolean) => unknown;
  readonly Utf8: new () => unknown;
  readonly Int32: new () => unknown;
  readonly Float32: new () => unknown;
  readonly Float64: new () => unknown;
  readonly FixedSizeList: new (size: number, item: unknown) => unknown;
  readonly Table: new (schema: unknown, batch: unknown) => unknown;
  readonly RecordBatch: new (schema: unknown, data: unknown) => unknown;
  readonly Struct: new (fields: unknown) => unknown;
  readonly makeData: (props: Readonly<Record<string, unknown>>) => unknown;
  readonly vectorFromArray: (
    values: readonly unknown[],
    type: unknown,
  ) => { readonly data: readonly unknown[] };
}

// Those that the store itself uses, so that both are compared on the same version.
const require = createRequire(import.meta.resolve("@mem/longterm-lancedb"));

export function loadLanceDb(): LanceDb {
  // Otherwise LanceDB warns of every query on standard error; it reads this variable when it is loaded.
  process.env["LANCEDB_LOG"] ??= "error";
  return require("@lancedb/lancedb") as LanceDb;
}

export function loadArrow(): Arrow {
  return require("apache-arrow") as Arrow;
}

export function lanceDbVersion(): string {
  const manifest = join(dirname(require.resolve("@lancedb/lancedb")), "../package.json");
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}
