import { mkdir } from "node:fs/promises";
import type { Contestant, Opening } from "./contestant.ts";
import { FileSync } from "./file-sync.ts";
import { joining } from "./joined.ts";
import { RawTable, toRawRow, type RawRow } from "./raw-table.ts";
import { memoryAt, toId } from "./workload.ts";

const COMMITS_BETWEEN = 50;

/** The fair durable use of LanceDB: upsert by an indexed id, sync what that wrote, optimize every 50 commits. */
export async function rawLanceDb(opening: Opening): Promise<Contestant> {
  const { table, upsert } = await openDurable(opening);
  return {
    save: (place, revision) => upsert([toRow(place, revision)]),
    get: (place) => table.get(toId(memoryAt(place, 0))),
  };
}

/** The same, with one commit for all waiting calls. */
export async function rawLanceDbJoined(opening: Opening): Promise<Contestant> {
  const { table, upsert } = await openDurable(opening);
  const save = joining<RawRow>((rows) => {
    // The last row of an id counts: LanceDB would store both, or refuse them.
    const byId = new Map(rows.map((row) => [row.id, row]));
    return upsert([...byId.values()]);
  });
  return {
    save: (place, revision) => save(toRow(place, revision)),
    get: (place) => table.get(toId(memoryAt(place, 0))),
  };
}

/** An existing table, for reading. */
export async function rawLanceDbFilled({ folder }: Opening): Promise<Contestant> {
  const table = await RawTable.open(folder);
  return {
    save: (place, revision) => table.upsert([toRow(place, revision)]),
    get: (place) => table.get(toId(memoryAt(place, 0))),
  };
}

interface Durable {
  readonly table: RawTable;
  readonly upsert: (rows: readonly RawRow[]) => Promise<void>;
}

async function openDurable({ folder, filled }: Opening): Promise<Durable> {
  await mkdir(folder, { recursive: true });
  const table = await RawTable.create(folder);
  if (filled > 0) await table.add(Array.from({ length: filled }, (_, place) => toRow(place, 0)));
  await table.index();
  await table.optimize();
  const files = new FileSync(folder);
  await files.sync();
  let commits = 0;
  return {
    table,
    upsert: async (rows) => {
      await table.upsert(rows);
      if (++commits % COMMITS_BETWEEN === 0) await table.optimize();
      await files.sync();
    },
  };
}

function toRow(place: number, revision: number): RawRow {
  return toRawRow(memoryAt(place, revision), String(revision));
}
