import { setImmediate } from "node:timers/promises";
import type { Table } from "@lancedb/lancedb";
import type { Analyzer } from "@mem/search";
import { hasSoundVector, toRow, withVector } from "./entry-row.ts";
import type { MadeVector } from "./made-vectors.ts";
import type { Arrow } from "./native-module.ts";
import type { Slice, SliceEntry } from "./overlay.ts";
import { readRows } from "./row-queries.ts";
import { rowTable } from "./row-table.ts";
import type { Row } from "./row.ts";
import { idIn, inScope, inWorkflow } from "./sql.ts";
import { vectorLength } from "./table-schema.ts";

const DELETED_AT_ONCE = 2_000;
const ADDED_AT_ONCE = 8_192;
/** How long making rows may keep the event loop from other work, in ms. */
const SLICE_MS = 5;

export interface TableChanges {
  /** What the table has in the places of these must have been learned. */
  readonly slice: Slice;
  /** By id, for rows of the table and for entries of the slice. */
  readonly vectors: ReadonlyMap<string, MadeVector>;
}

/**
 * Writes changes to the table: what is replaced goes, what is new comes. These are several commits, and nobody reads
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
  let rows: Row[] = [...filled];
  let began = performance.now();
  for (const { changed, entry } of slice.entries.values()) {
    if (entry === undefined) continue;
    rows.push(withKeptVector(toRow(changed, entry, analyzer), kept));
    if (rows.length >= ADDED_AT_ONCE) {
      await table.add(rowTable(arrow, rows, dimensions));
      rows = [];
    }
    if (performance.now() - began < SLICE_MS) continue;
    await setImmediate();
    began = performance.now();
  }
  if (rows.length > 0) await table.add(rowTable(arrow, rows, dimensions));
}

/** Rows of the table that get the vectors that were made for them. */
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
    } as Parameters<Slice["isCleared"]>[0]);
    return made === undefined || !isOpen || isGone ? [] : [withVector(row, made.vector)];
  });
}

/** The rows that are replaced by entries that have no vector yet: where the text is the same, its vector is, too. */
async function readKept(table: Table, slice: Slice): Promise<Map<string, Row>> {
  const ids: string[] = [];
  for (const { changed, entry } of slice.entries.values()) {
    if (entry !== undefined && entry.vector === undefined && changed.stored) ids.push(changed.id);
  }
  const rows = await readRows(table, ids);
  return new Map(rows.filter(hasSoundVector).map((row) => [row.id, row]));
}

function withKeptVector(row: Row, kept: ReadonlyMap<string, Row>): Row {
  const before = kept.get(row.id);
  const isSame = row.vector_hash === null && before?.text === row.text;
  return isSame && before.vector ? withVector(row, before.vector) : row;
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
