import {
  loadArrow,
  loadLanceDb,
  type Arrow,
  type ArrowSchema,
  type LanceConnection,
  type LanceDb,
  type LanceTable,
} from "./lancedb.ts";
import { toId, type Memory } from "./workload.ts";

/** A memory as a row of plain LanceDB, with the columns that our store keeps, too. */
export type RawRow = Readonly<Record<string, unknown>> & { readonly id: string };

const NAME = "memory";
const TEXTS = ["id", "tenant", "workflow", "agent", "value", "text", "version", "source", "hash"];
const NUMBERS = ["created_at", "updated_at"];
const OPTIONAL = ["metadata", "sequence", "op_id", "subject", "derived_from"];
/** All columns but the vector: what a read by key returns. */
const READ = [...TEXTS, ...NUMBERS, ...OPTIONAL];

/** LanceDB by itself, used with care: an explicit schema, an index on the id, always the latest version. */
export class RawTable {
  readonly #lancedb: LanceDb;
  readonly #arrow: Arrow;
  readonly #schema: ArrowSchema;
  readonly table: LanceTable;

  private constructor(lancedb: LanceDb, arrow: Arrow, schema: ArrowSchema, table: LanceTable) {
    this.#lancedb = lancedb;
    this.#arrow = arrow;
    this.#schema = schema;
    this.table = table;
  }

  /** Opens an existing table. */
  static async open(folder: string, dimensions?: number): Promise<RawTable> {
    return RawTable.#connect(folder, dimensions, (connection) => connection.openTable(NAME));
  }

  /** Makes an empty table, with a column for vectors if `dimensions` is given. */
  static async create(folder: string, dimensions?: number): Promise<RawTable> {
    return RawTable.#connect(folder, dimensions, (connection, schema) =>
      connection.createEmptyTable(NAME, schema),
    );
  }

  static async #connect(
    folder: string,
    dimensions: number | undefined,
    toTable: (connection: LanceConnection, schema: ArrowSchema) => Promise<LanceTable>,
  ): Promise<RawTable> {
    const lancedb = loadLanceDb();
    const arrow = loadArrow();
    const connection = await lancedb.connect(folder, { readConsistencyInterval: 0 });
    const schema = rawSchema(arrow, dimensions);
    return new RawTable(lancedb, arrow, schema, await toTable(connection, schema));
  }

  /** Adds rows column by column, which is the fastest way from JavaScript. */
  async add(rows: readonly RawRow[], vectors?: Float32Array): Promise<void> {
    const { vectorFromArray, makeData, Struct, RecordBatch, Table, Float32 } = this.#arrow;
    const children = this.#schema.fields.map(({ name, type }) => {
      if (name !== "vector") {
        return vectorFromArray(
          rows.map((row) => row[name] ?? null),
          type,
        ).data[0];
      }
      const child = makeData({ type: new Float32(), data: vectors });
      return makeData({ type, length: rows.length, nullCount: 0, child });
    });
    const type = new Struct(this.#schema.fields);
    const data = makeData({ type, length: rows.length, nullCount: 0, children });
    await this.table.add(new Table(this.#schema, new RecordBatch(this.#schema, data)));
  }

  async index(): Promise<void> {
    await this.table.createIndex("id", { config: this.#lancedb.Index.btree() });
  }

  /** Adds rows with different ids, and replaces those that exist. */
  async upsert(rows: readonly RawRow[]): Promise<void> {
    await this.table
      .mergeInsert("id")
      .whenMatchedUpdateAll()
      .whenNotMatchedInsertAll()
      .execute(this.#lancedb.makeArrowTable(rows, { schema: this.#schema }));
  }

  /** Reads one row by its id and parses it. */
  async get(id: string): Promise<unknown> {
    const rows = await this.table.query().where(`id = '${id}'`).select(READ).limit(1).toArray();
    return JSON.parse(String(rows[0]?.["value"]));
  }

  /** Compacts, and drops what only older versions have. */
  async optimize(): Promise<void> {
    await this.table.optimize({ cleanupOlderThan: new Date() });
  }
}

/** The row of a memory; `version` distinguishes its states. */
export function toRawRow(
  { scope, key, value, text }: Memory,
  version: string,
  { hash = version, at = Date.now() }: { readonly hash?: string; readonly at?: number } = {},
): RawRow {
  return {
    id: toId({ scope, key }),
    tenant: scope.tenantId,
    workflow: "",
    agent: scope.agentId,
    value: JSON.stringify(value),
    text,
    version,
    source: "agent",
    hash,
    created_at: at,
    updated_at: at,
  };
}

function rawSchema(arrow: Arrow, dimensions: number | undefined): ArrowSchema {
  const { Field, FixedSizeList, Float32, Float64, Schema, Utf8 } = arrow;
  return new Schema([
    ...TEXTS.map((name) => new Field(name, new Utf8(), false)),
    ...NUMBERS.map((name) => new Field(name, new Float64(), false)),
    ...OPTIONAL.map((name) => new Field(name, new Utf8(), true)),
    ...(dimensions === undefined
      ? []
      : [
          new Field(
            "vector",
            new FixedSizeList(dimensions, new Field("item", new Float32(), true)),
            true,
          ),
        ]),
  ]);
}
