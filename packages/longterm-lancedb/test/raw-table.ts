import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Table } from "@lancedb/lancedb";
import { TABLE_NAME, type TableName } from "../src/folder/location.ts";
import { loadNativeModules } from "../src/table/native-module.ts";

/** Works on a store's table behind its back, like a process that is cut off before it acknowledges. */
export async function behindItsBack<T>(
  uri: string,
  work: (table: Table) => Promise<T>,
  name: TableName = TABLE_NAME,
): Promise<T> {
  const { lancedb } = await loadNativeModules();
  const connection = await lancedb.connect(uri, { readConsistencyInterval: 0 });
  const table = await connection.openTable(name);
  try {
    return await work(table);
  } finally {
    table.close();
    connection.close();
  }
}

/** The paths of a table's files in one of its folders, sorted; of the versions, the newest comes first. */
export async function tableFiles(uri: string, folder: string): Promise<string[]> {
  const path = join(uri, `${TABLE_NAME}.lance`, folder);
  const names = await readdir(path);
  return names.toSorted().map((name) => join(path, name));
}
