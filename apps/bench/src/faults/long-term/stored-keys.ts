import type { Subject } from "./lab-store.ts";
import { connectRaw } from "./raw-lancedb.ts";
import { RAW_TABLE } from "./raw-store.ts";

const MEM_TABLE = "memory";

/** How many rows a store's table has, and under how many keys; looked up behind the store's back. */
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
