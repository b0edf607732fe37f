import type { Table } from "@lancedb/lancedb";
import { parseJson } from "@mem/core";
import type { ObjectDatabase } from "./object-database.ts";
import { isAlreadyMade, isNoTable } from "./object-error.ts";
import { primaryKeyField } from "./object-table.ts";
import { quote } from "../table/sql.ts";
import { parseDescription, type StoreDescription } from "../store/store-description.ts";

const TABLE = "store";
const ROW = "store";

/** The store's description, as the only row of its own table: only rows can be replaced on a condition in LanceDB. */
export class ObjectDescription {
  readonly #database: ObjectDatabase;

  constructor(database: ObjectDatabase) {
    this.#database = database;
  }

  /** `undefined` if there is no store yet. Rejects with `MEM_FORMAT` for one of a later release. */
  async read(): Promise<StoreDescription | undefined> {
    const json = await this.#using((table) => readJson(table));
    return json === undefined
      ? undefined
      : parseDescription(json, `the table ${TABLE} of ${this.#database.location.uri}`);
  }

  /** Creates it, unless another machine was faster. Resolves with what is there then. */
  async make(description: StoreDescription): Promise<StoreDescription> {
    const { connection, modules } = this.#database;
    const { Field, Schema, Utf8 } = modules.arrow;
    const schema = new Schema([
      primaryKeyField(modules.arrow, "id"),
      new Field("description", new Utf8(), false),
    ]);
    try {
      (await connection.createEmptyTable(TABLE, schema)).close();
    } catch (error) {
      if (!isAlreadyMade(error)) throw error;
    }
    await this.#using((table) =>
      table
        .mergeInsert("id")
        .whenNotMatchedInsertAll()
        .useIndex(false)
        .execute([{ id: ROW, description: JSON.stringify(description) }]),
    );
    return (await this.read()) ?? description;
  }

  /** Alters it, even if others do so at the same time: `change` is called again if another was faster. */
  async alter(change: (present: StoreDescription) => StoreDescription): Promise<StoreDescription> {
    for (;;) {
      const before = await this.#using((table) => readJson(table));
      const next = JSON.stringify(change(parseDescription(before ?? "", TABLE)));
      if (next === before) return parseJson(next) as StoreDescription;
      const result = await this.#using((table) =>
        table
          .mergeInsert("id")
          .whenMatchedUpdateAll({ where: `target.description = ${quote(before ?? "")}` })
          .useIndex(false)
          .execute([{ id: ROW, description: next }]),
      );
      if (result?.numUpdatedRows === 1) return parseJson(next) as StoreDescription;
    }
  }

  async #using<T>(query: (table: Table) => Promise<T>): Promise<T | undefined> {
    let table: Table;
    try {
      table = await this.#database.connection.openTable(TABLE);
    } catch (error) {
      if (isNoTable(error)) return undefined;
      throw error;
    }
    try {
      return await query(table);
    } finally {
      table.close();
    }
  }
}

async function readJson(table: Table): Promise<string | undefined> {
  const rows: { description: string }[] = await table.query().limit(1).toArray();
  return rows[0]?.description;
}
