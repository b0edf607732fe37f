import type { Subject } from "../lab/fault.ts";
import { connectRaw } from "./raw-lancedb.ts";
import { RAW_TABLE } from "./raw-store.ts";

const MEM_TABLE = "memory";

/** Counts the rows of a store's table and the different keys in them, bypassing the store. */
export async function countStoredKeys(
  subject: Subject,
  uri: string,
): Promise<{ readonly rows: number; readonly keys: number }> {
  const connection = await connectRaw(uri);
  const table = await connection.openTable(subject === "raw" ? RAW_TABLE : MEM_TABLE);
  try {
    const column = subject === "raw" ? "key" : "id";
    const rows = await table.query().select([column]).toArray();
    const keys = new Set(rows.map((row) => String((row as Record<string, unknown>)[column])));
    return { rows: rows.length, keys: keys.size };
  } finally {
    table.close();
    connection.close();
  }
}
