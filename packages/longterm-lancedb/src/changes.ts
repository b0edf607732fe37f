import { randomUUID } from "node:crypto";
import type { Clock, LongTermWrite, Removal, Scope, WorkflowRef, WriteResult } from "@mem/core";
import type { Analyzer } from "@mem/search";
import type { Clearing, KeyedChange, View } from "./batch.ts";
import { draftRow, stampRow, type Draft } from "./row-conversion.ts";
import { hashVector } from "./row-hash.ts";
import { rowId, type Row } from "./row.ts";
import { inScope, inWorkflow } from "./sql.ts";

export interface SaveContext {
  readonly clock: Clock;
  readonly analyzer: Analyzer;
  /** Whether the table has a column for vectors. */
  readonly vectors: boolean;
}

/** Stores each write whose condition is met. */
export function saving(
  scope: Scope,
  writes: readonly LongTermWrite[],
  context: SaveContext,
): KeyedChange<WriteResult[]> {
  // Made now, not while the store's lock is held.
  const drafts = writes.map((write) =>
    draftRow(scope, write, context.analyzer.analyze(write.text)),
  );
  return {
    kind: "keyed",
    ids: drafts.map(({ id }) => id),
    size: drafts.reduce((size, draft) => size + draft.value.length + draft.text.length, 0),
    apply: (view) => drafts.map((draft, i) => save(view, draft, writes[i] ?? {}, context)),
  };
}

function save(
  view: View,
  draft: Draft,
  { opId, ifAbsent, ifVersion }: Pick<LongTermWrite, "opId" | "ifAbsent" | "ifVersion">,
  { clock, vectors }: SaveContext,
): WriteResult {
  const before = view.get(draft.id);
  const current = before?.version;
  if (before !== undefined && opId !== undefined && before.op_id === opId) {
    return { stored: true, version: before.version };
  }
  const taken = ifAbsent === true && before !== undefined;
  if (taken || (ifVersion !== undefined && ifVersion !== current)) {
    return { stored: false, ...(current !== undefined && { version: current }) };
  }
  const now = clock.now();
  const version = randomUUID();
  const row = stampRow(draft, { version, created_at: before?.created_at ?? now, updated_at: now });
  view.put(vectors ? { ...row, ...keptVector(before, row) } : row);
  return { stored: true, version };
}

/** The vector of the same text need not be made again. */
function keptVector(before: Row | undefined, row: Row): Pick<Row, "vector" | "vector_hash"> {
  const { vector, vector_hash } = before ?? {};
  if (vector && vector_hash && hashVector(row.id, row.text, vector) === vector_hash) {
    return { vector, vector_hash };
  }
  return { vector: null, vector_hash: row.vector_hash };
}

/** Deletes each entry whose condition is met. */
export function removing(scope: Scope, removals: readonly Removal[]): KeyedChange<boolean[]> {
  return {
    kind: "keyed",
    ids: removals.map(({ key }) => rowId(scope, key)),
    size: 0,
    apply: (view) =>
      removals.map(({ key, ifVersion }) => {
        const row = view.get(rowId(scope, key));
        if (row === undefined || (ifVersion !== undefined && ifVersion !== row.version))
          return false;
        view.remove(row.id);
        return true;
      }),
  };
}

/** Deletes everything in exactly this scope. */
export function clearing(scope: Scope): Clearing {
  const { tenantId, workflowId = "", agentId = "" } = scope;
  return {
    kind: "clearing",
    condition: inScope(scope),
    matches: (row) =>
      row.tenant === tenantId && row.workflow === workflowId && row.agent === agentId,
  };
}

/** Deletes everything in every scope of the workflow. */
export function clearingWorkflow(workflow: WorkflowRef): Clearing {
  return {
    kind: "clearing",
    condition: inWorkflow(workflow),
    matches: (row) => row.tenant === workflow.tenantId && row.workflow === workflow.workflowId,
  };
}

/** A vector that was made for the text of a row. */
export interface MadeVector {
  readonly id: string;
  readonly version: string;
  readonly vector: Float32Array;
}

/** Gives rows their vectors, unless they have changed since; the answer is how many got theirs. */
export function addingVectors(made: readonly MadeVector[]): KeyedChange<number> {
  return {
    kind: "keyed",
    ids: made.map(({ id }) => id),
    size: made.reduce((size, { vector }) => size + vector.length, 0),
    apply(view) {
      let added = 0;
      for (const { id, version, vector } of made) {
        const row = view.get(id);
        if (row?.version !== version || row.vector_hash !== null) continue;
        view.put({ ...row, vector, vector_hash: hashVector(id, row.text, vector) });
        added++;
      }
      return added;
    },
  };
}
