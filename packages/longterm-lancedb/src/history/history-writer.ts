import type { Table } from "@lancedb/lancedb";
import type { HistoryState } from "../table/base-file.ts";
import type { Base } from "../table/base.ts";
import type { StoredFacts } from "../log/changed-entry.ts";
import { toFirstRow, toHistoryRow, type AcceptedChange, type HistoryRow } from "./history-row.ts";
import { addHistory } from "./history-table.ts";
import type { Arrow } from "../table/native-module.ts";
import { readFirstRows } from "./first-rows.ts";
import { conditionsOn, readStored } from "../table/row-queries.ts";
import type { EntryRow } from "../table/row.ts";
import { all, inScope, inWorkflow, quote } from "../table/sql.ts";

const CONDITIONS_AT_ONCE = 50;

export interface HistoryTables {
  /** The table of entries before these changes are written to it. */
  readonly table: Table;
  readonly history: Table;
  readonly state: HistoryState;
}

/**
 * Writes changes to the history table, and with them the states from before the history began that they are the first
 * to replace.
 */
export async function writeHistory(
  { table, history, state }: HistoryTables,
  changes: readonly AcceptedChange[],
  { arrow, base }: { readonly arrow: Arrow; readonly base: Base },
): Promise<void> {
  const stored = await readFacts(table, changes, base);
  const older = Array.from(stored).flatMap(([id, facts]) =>
    facts !== null && facts.version < state.from ? [id] : [],
  );
  const first = new Map<string, EntryRow>();
  const conditions = [...conditionsOn(older), ...clearedConditions(changes)];
  const isOlder = `version < ${quote(state.from)}`;
  for (const condition of conditions) {
    for (const row of await readFirstRows(table, all(condition, isOlder))) first.set(row.id, row);
  }
  await addHistory(
    history,
    rowsOf(
      [...first.values()].map((row) => toFirstRow(row, state)),
      changes,
      stored,
    ),
    arrow,
  );
}

function* rowsOf(
  first: Iterable<HistoryRow>,
  changes: readonly AcceptedChange[],
  stored: ReadonlyMap<string, StoredFacts | null>,
): Generator<HistoryRow> {
  yield* first;
  const seen = new Set<string>();
  for (const change of changes) {
    const { id, kind } = change;
    const facts = stored.get(id);
    // Only the process that waits for the answer has looked whether there was anything to delete.
    const isNothing = kind === "deleted" && !seen.has(id) && facts === null;
    seen.add(id);
    if (!isNothing) yield toHistoryRow(change, facts?.createdAt);
  }
}

/** What the table of entries has in the places of the changes; `null`: nothing. */
async function readFacts(
  table: Table,
  changes: readonly AcceptedChange[],
  base: Base,
): Promise<ReadonlyMap<string, StoredFacts | null>> {
  const facts = new Map<string, StoredFacts | null>();
  const unknown = new Set<string>();
  for (const { id, kind } of changes) {
    if (kind !== "entry" && kind !== "deleted") continue;
    const known = base.known(id);
    if (known === undefined) unknown.add(id);
    else facts.set(id, known);
  }
  const read = await readStored(table, [...unknown]);
  for (const id of unknown) facts.set(id, read.get(id) ?? null);
  return facts;
}

function* clearedConditions(changes: readonly AcceptedChange[]): Generator<string> {
  const conditions = new Set<string>();
  for (const { kind, scope } of changes) {
    const { tenantId, workflowId } = scope;
    if (kind === "cleared") conditions.add(inScope(scope));
    if (kind === "cleared-workflow" && workflowId !== undefined) {
      conditions.add(`(${inWorkflow({ tenantId, workflowId })})`);
    }
  }
  const every = [...conditions];
  for (let i = 0; i < every.length; i += CONDITIONS_AT_ONCE) {
    yield `(${every.slice(i, i + CONDITIONS_AT_ONCE).join(" OR ")})`;
  }
}
