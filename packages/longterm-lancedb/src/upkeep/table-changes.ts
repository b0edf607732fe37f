import { setImmediate } from "node:timers/promises";
import type { Table } from "@lancedb/lancedb";
import type { Analyzer } from "@mem/search";
import type { Table as ArrowTable } from "apache-arrow";
import { toRow } from "../table/entry-row.ts";
import type { MadeVector } from "../vectors/made-vectors.ts";
import { withKeptVectors, withVectors } from "../vectors/row-vectors.ts";
import type { Arrow } from "../table/native-module.ts";
import type { Slice, SliceEntry } from "../log/overlay.ts";
import { readRows } from "../table/row-queries.ts";
import { rowTable } from "../table/row-table.ts";
import type { Row } from "../table/row.ts";
import { idIn, inScope, inWorkflow } from "../table/sql.ts";
import { vectorLength } from "../table/table-schema.ts";

const DELETED_AT_ONCE = 2_000;
const ADDED_AT_ONCE = 32_768;
/** Converting this many rows takes some milliseconds. */
const MADE_AT_ONCE = 256;

export interface TableChanges {
  /** What the table has in the places of these changes must have been learned. */
  readonly slice: Slice;
  /** By id, for rows of the table and for entries of the slice. */
  readonly vectors: ReadonlyMap<string, MadeVector>;
}

/**
 * Writes changes to the table: replaced rows are deleted, new ones added. This takes several commits, and nobody reads
 * the table between them.
 */
export async function writeChanges(
  table: Table,
  { slice, vectors }: TableChanges,
  { arrow, analyzer }: { readonly arrow: Arrow; readonly analyzer: Analyzer },
): Promise<void> {
  const dimensions = await vectorLength(table);
  const filled = await fillVectors(table, slice, vectors);
  const kept = dimensions === undefined ? new Map<string, Row>() : await readKept(table, slice);
  await deleteReplaced(table, slice, filled);
  const written = function* (): Generator<Row> {
    yield* filled;
    for (const { changed, entry } of slice.entries.values()) {
      if (entry === undefined) continue;
      yield withKeptVectors(toRow(changed, entry, analyzer), kept.get(changed.id));
    }
  };
  for await (const rows of rowTables(written(), arrow, dimensions)) await table.add(rows);
}

/** Rows as Arrow tables, each for one commit, made bit by bit so that other work has its turn in between. */
async function* rowTables(
  rows: Iterable<Row>,
  arrow: Arrow,
  dimensions: number | undefined,
): AsyncGenerator<ArrowTable> {
  let made: ArrowTable | undefined;
  let open: Row[] = [];
  const close = (): ArrowTable => {
    const batch = rowTable(arrow, open, dimensions);
    open = [];
    return made === undefined ? batch : made.concat(batch);
  };
  for (const row of rows) {
    open.push(row);
    if (open.length < MADE_AT_ONCE) continue;
    made = close();
    await setImmediate();
    if (made.numRows < ADDED_AT_ONCE) continue;
    yield made;
    made = undefined;
  }
  if (open.length > 0) made = close();
  if (made !== undefined) yield made;
}

/** Whether no row of the table is removed: then it may be written while it is being compacted. */
export function onlyAdds({ slice, vectors }: TableChanges): boolean {
  const { entries, clearedScopes, clearedWorkflows } = slice;
  if (clearedScopes.length > 0 || clearedWorkflows.length > 0) return false;
  for (const id of vectors.keys()) if (!entries.has(id)) return false;
  for (const { changed } of entries.values()) if (changed.stored) return false;
  return true;
}

/** Rows of the table, with the vectors that were made for them. */
async function fillVectors(
  table: Table,
  slice: Slice,
  vectors: ReadonlyMap<string, MadeVector>,
): Promise<Row[]> {
  const ids = [...vectors.keys()].filter((id) => !slice.entries.has(id));
  const rows = await readRows(table, ids);
  return rows.flatMap((row) => {
    const made = vectors.get(row.id);
    const isOpen = row.version === made?.version && row.vector_hash === null;
    const isGone = slice.isCleared({
      tenantId: row.tenant,
      ...(row.workflow !== "" && { workflowId: row.workflow }),
      ...(row.agent !== "" && { agentId: row.agent }),
    });
    return made === undefined || !isOpen || isGone ? [] : [withVectors(row, made)];
  });
}

/** The rows that are replaced by entries without a vector: if the text is the same, so is its vector. */
async function readKept(table: Table, slice: Slice): Promise<Map<string, Row>> {
  const ids: string[] = [];
  for (const { changed, entry } of slice.entries.values()) {
    if (entry !== undefined && entry.vector === undefined && changed.stored) ids.push(changed.id);
  }
  const rows = await readRows(table, ids);
  return new Map(rows.map((row) => [row.id, row]));
}

async function deleteReplaced(
  table: Table,
  { entries, clearedScopes, clearedWorkflows }: Slice,
  filled: readonly Row[],
): Promise<void> {
  const cleared = [...clearedScopes.map(inScope), ...clearedWorkflows.map(inWorkflow)];
  if (cleared.length > 0) await table.delete(cleared.map((each) => `(${each})`).join(" OR "));
  const ids = [...filled.map(({ id }) => id), ...replacedIds(entries.values())];
  for (let i = 0; i < ids.length; i += DELETED_AT_ONCE) {
    await table.delete(idIn(ids.slice(i, i + DELETED_AT_ONCE)));
  }
}

function* replacedIds(entries: Iterable<SliceEntry>): Generator<string> {
  for (const { changed } of entries) if (changed.stored) yield changed.id;
}
