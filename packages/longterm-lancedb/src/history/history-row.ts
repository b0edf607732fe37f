import { hash } from "node:crypto";
import { encodeScope, MemoryError, type Revision, type Scope, type WorkflowRef } from "@mem/core";
import type { HistoryState } from "../table/base-file.ts";
import type { UnflushedEntry } from "../log/changed-entry.ts";
import { entryFields } from "../table/entry-row.ts";
import { toEntry } from "../table/row-conversion.ts";
import { hashRow } from "../table/row-hash.ts";
import { keyOfId, type EntryRow } from "../table/row.ts";

/** What happened in a place: a new state, its end, or the end of everything in its scope or its workflow. */
export type Happening = "entry" | "deleted" | "cleared" | "cleared-workflow";

/** A change to an entry, as the history table keeps it. If the entry ended, its columns are blank. */
export interface HistoryRow extends EntryRow {
  /** The place in the log, as text whose order is log order. No two rows have the same. */
  readonly place: string;
  /** Since when this is so, in milliseconds since 1970. */
  readonly at: number;
  readonly kind: Happening;
  /** Hash of `id`, the columns above and `hash`. */
  readonly history_hash: string;
}

/** The columns of a row that are read before the row itself. */
export type HistoryMark = Pick<
  HistoryRow,
  "id" | "place" | "at" | "kind" | "hash" | "history_hash"
>;

/** An accepted change that the history table does not have yet. */
export interface AcceptedChange {
  readonly id: string;
  /** If a workflow was cleared, the scope of its team. */
  readonly scope: Scope;
  readonly kind: Happening;
  readonly version: string;
  readonly place: string;
  readonly at: number;
  /** Only for the kind `"entry"`. */
  readonly entry?: UnflushedEntry;
}

const INDEX_DIGITS = 7;
const PLACE = /^\d{10}-\d{12}\.\d{7}$/;

/** The place of a version: its position in the log, and the number of the change in its frame. */
export function placeOf(version: string): string {
  const dot = version.indexOf(".");
  return `${version.slice(0, dot)}.${version.slice(dot + 1).padStart(INDEX_DIGITS, "0")}`;
}

export function isPlace(text: string): boolean {
  return PLACE.test(text);
}

/** The id of the clearing of a scope. Its key is empty, which no entry's key is. */
export function clearingId(scope: Scope): string {
  return `${encodeScope(scope)}:`;
}

/** The id of the clearing of a workflow: it has one colon less than any other. */
export function workflowClearingId({ tenantId, workflowId }: WorkflowRef): string {
  return encodeScope({ tenantId, workflowId });
}

/** The ids of the clearings that can end an entry of a scope. */
export function clearingIds(scope: Scope): string[] {
  const { tenantId, workflowId } = scope;
  const own = clearingId(scope);
  return workflowId === undefined ? [own] : [own, workflowClearingId({ tenantId, workflowId })];
}

/** The row of a change. `storedAt`: when its entry was first saved, if only the table of entries knows. */
export function toHistoryRow(change: AcceptedChange, storedAt: number | undefined): HistoryRow {
  const { id, scope, entry, version, at } = change;
  if (entry === undefined) return sealed(change, blank(id, scope, version, at));
  const createdAt = entry.createdAt ?? storedAt ?? entry.firstSavedAt ?? entry.updatedAt;
  const fields = entryFields(id, scope, entry, createdAt);
  return sealed(change, { ...fields, hash: hashRow(fields) });
}

/** The row of a state that the table of entries already had when the history began. */
export function toFirstRow(row: EntryRow, { at: begun }: HistoryState): HistoryRow {
  const at = Math.min(row.updated_at, begun);
  return sealed({ place: placeOf(row.version), at, kind: "entry" }, row);
}

/** Throws `MEM_CORRUPT` if a row's mark is not what was stored; `toRevision` also checks its entry. */
export function checkMark<Row extends HistoryMark>(row: Row): Row {
  if (hashMark(row) === row.history_hash) return row;
  throw new MemoryError(
    "MEM_CORRUPT",
    `the history of ${JSON.stringify(keyOfId(row.id))} was damaged on disk; erase the entry, or restore a backup`,
  );
}

/** Throws `MEM_CORRUPT`. */
export function toRevision(row: HistoryRow): Revision {
  const { version, at, kind } = checkMark(row);
  return kind === "entry" ? { version, at, entry: toEntry(row) } : { version, at };
}

function blank(id: string, scope: Scope, version: string, at: number): EntryRow {
  const fields = {
    id,
    tenant: scope.tenantId,
    workflow: scope.workflowId ?? "",
    agent: scope.agentId ?? "",
    value: "null",
    text: "",
    metadata: null,
    sequence: null,
    position: null,
    version,
    created_at: at,
    updated_at: at,
    op_id: null,
    subject: null,
    source: "agent",
    derived_from: null,
  };
  return { ...fields, hash: hashRow(fields) };
}

function sealed(
  { place, at, kind }: Pick<HistoryRow, "place" | "at" | "kind">,
  row: EntryRow,
): HistoryRow {
  const { id, hash: rowHash } = row;
  return {
    ...row,
    place,
    at,
    kind,
    history_hash: hashMark({ id, place, at, kind, hash: rowHash }),
  };
}

function hashMark({
  id,
  place,
  at,
  kind,
  hash: rowHash,
}: Omit<HistoryMark, "history_hash">): string {
  return hash("sha256", JSON.stringify([id, place, at, kind, rowHash]), "base64url");
}
