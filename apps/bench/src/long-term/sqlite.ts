import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Contestant, Opening } from "./contestant.ts";
import { joining } from "./joined.ts";
import { memoryAt, toId, type Memory } from "./workload.ts";

const UPSERT = `INSERT INTO memory (id, value, text, updated_at) VALUES (?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET value = excluded.value, text = excluded.text, updated_at = excluded.updated_at`;

interface Opened {
  readonly database: DatabaseSync;
  readonly upsert: StatementSync;
  readonly contestant: Required<Pick<Contestant, "get">>;
}

/** SQLite with a write-ahead log that is synced before a save returns; its calls block the thread. */
export async function sqlite(opening: Opening): Promise<Contestant> {
  const { upsert, contestant } = await openDatabase(opening);
  return { ...contestant, save: (place, revision) => put(upsert, memoryAt(place, revision)) };
}

/** The same, with one transaction for all waiting calls. */
export async function sqliteJoined(opening: Opening): Promise<Contestant> {
  const { database, upsert, contestant } = await openDatabase(opening);
  const save = joining<Memory>(async (memories) => inTransaction(database, upsert, memories));
  return { ...contestant, save: (place, revision) => save(memoryAt(place, revision)) };
}

async function openDatabase({ folder, filled }: Opening): Promise<Opened> {
  await mkdir(folder, { recursive: true });
  const database = new DatabaseSync(join(folder, "memory.db"));
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
CREATE TABLE memory (id TEXT PRIMARY KEY, value TEXT, text TEXT, updated_at INTEGER) WITHOUT ROWID`);
  const upsert = database.prepare(UPSERT);
  const select = database.prepare("SELECT value FROM memory WHERE id = ?");
  inTransaction(
    database,
    upsert,
    Array.from({ length: filled }, (_, place) => memoryAt(place, 0)),
  );
  const get = async (place: number): Promise<unknown> =>
    JSON.parse(String(select.get(toId(memoryAt(place, 0)))?.["value"]));
  return { database, upsert, contestant: { get } };
}

function inTransaction(
  database: DatabaseSync,
  upsert: StatementSync,
  memories: readonly Memory[],
): void {
  database.exec("BEGIN");
  for (const memory of memories) put(upsert, memory);
  database.exec("COMMIT");
}

function put(upsert: StatementSync, memory: Memory): void {
  upsert.run(toId(memory), JSON.stringify(memory.value), memory.text, Date.now());
}
