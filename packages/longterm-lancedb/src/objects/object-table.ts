import { setTimeout } from "node:timers/promises";
import type { Field, Schema } from "apache-arrow";
import type { Table } from "@lancedb/lancedb";
import type { EmbedderFingerprint } from "@mem/core";
import { TABLE_NAME } from "../folder/location.ts";
import type { Arrow } from "../table/native-module.ts";
import type { ObjectDatabase } from "./object-database.ts";
import { isAlreadyMade, isNoTable } from "./object-error.ts";
import { putVectorColumns, vectorColumnsOf } from "./object-vector-columns.ts";
import { indexedColumns } from "../table/table-indexes.ts";
import { addMissingColumns, indexTerms, tableSchema } from "../table/table-schema.ts";

const DEADLINE_MS = 60_000;
const LONGEST_PAUSE_MS = 100;

/**
 * A text column that LanceDB takes for the primary key. As metadata, the key comes with the table, in one commit: if it
 * were set afterwards, two machines that create a table together would conflict.
 */
export function primaryKeyField(arrow: Arrow, name: string): Field {
  const metadata = new Map([["lance-schema:unenforced-primary-key", "true"]]);
  return new arrow.Field(name, new arrow.Utf8(), false, metadata);
}

/** Creates the table of entries unless it exists. */
export async function makeTable({ connection, modules: { arrow } }: ObjectDatabase): Promise<void> {
  const fields = tableSchema(arrow, undefined).fields.map((field) =>
    field.name === "id" ? primaryKeyField(arrow, field.name) : field,
  );
  const schema: Schema = new arrow.Schema(fields);
  try {
    (await connection.createEmptyTable(TABLE_NAME, schema)).close();
  } catch (error) {
    if (!isAlreadyMade(error)) throw error;
  }
}

/** How many entries the table has; `undefined`: there is none. */
export async function countTable({ connection }: ObjectDatabase): Promise<number | undefined> {
  let table: Table;
  try {
    table = await connection.openTable(TABLE_NAME);
  } catch (error) {
    if (isNoTable(error)) return undefined;
    throw error;
  }
  try {
    return await table.countRows();
  } finally {
    table.close();
  }
}

/** Adds what the table lacks: columns, the index of terms, and columns for the vectors of the store's embedder. */
export async function completeTable(
  database: ObjectDatabase,
  own: EmbedderFingerprint | undefined,
): Promise<void> {
  const table = await database.table("write");
  await retried(async () => {
    await addMissingColumns(table);
    if (!(await indexedColumns(table)).has("terms")) {
      await indexTerms(table, database.modules.lancedb);
    }
    if (own !== undefined) await putVectorColumns(table, vectorColumnsOf(own));
  });
}

/** Repeats a task after conflicts with other machines. The task has to look first at what is still to do. */
export async function retried<T>(task: () => Promise<T>): Promise<T> {
  for (const began = performance.now(); ;) {
    try {
      return await task();
    } catch (error) {
      if (!isAlreadyMade(error) || performance.now() - began > DEADLINE_MS) throw error;
      await setTimeout(Math.random() * LONGEST_PAUSE_MS);
    }
  }
}
