import { encodeParts, type LongTermEntry, type SearchScope } from "@mem/core";
import type { Table } from "@lancedb/lancedb";
import { copyEntry, damagedEntry, lacksTime, toUnflushedEntry } from "../table/row-conversion.ts";
import { conditionsOn, findEntries, type StoredRow } from "../table/row-queries.ts";
import { hashVector } from "../table/row-hash.ts";
import type { ScoredCandidate } from "../search/scored-candidates.ts";
import { toTheirEnd } from "./settled.ts";
import { damagedVector } from "../search/vector-search.ts";
import type { View } from "./view.ts";

type VectorRow = Pick<StoredRow, "id" | "vector" | "vector_hash">;

/**
 * The entries of what a search found, by id. Rejects with `MEM_CORRUPT` where a row is not what was stored, or the
 * vector that was compared is not the one that was made for its text.
 */
export async function readFound(
  view: View,
  scope: SearchScope,
  found: readonly ScoredCandidate[],
): Promise<Map<string, LongTermEntry>> {
  const unflushed = found.flatMap((each) => each.unflushed ?? []);
  const timeless = unflushed.filter(lacksTime);
  if (timeless.length > 0) await view.learn(timeless.map(({ changed }) => changed));
  const rows = found.filter((each) => each.unflushed === undefined);
  const compared = rows.filter(({ cosine }) => cosine !== undefined);
  const [cached, vectors] = await toTheirEnd(
    findEntries(view, idsOf(rows)),
    readVectors(view.table, idsOf(compared)),
  );
  const entries = new Map<string, LongTermEntry>();
  for (const { changed, entry } of unflushed) {
    entries.set(changed.id, toUnflushedEntry(changed, entry));
  }
  for (const [id, { entry }] of cached) {
    // It was found by its columns, which say something else than its id.
    if (!isIn(scope, id, entry)) throw damagedEntry(id, entry.agentId ?? "");
    entries.set(id, copyEntry(entry));
  }
  for (const { id, vector, vector_hash } of vectors) {
    const text = entries.get(id)?.text ?? "";
    if (!vector || hashVector(id, text, vector.toArray()) !== vector_hash) throw damagedVector(id);
  }
  return entries;
}

function isIn(searched: SearchScope, id: string, { agentId, workflowId }: LongTermEntry): boolean {
  if (!id.startsWith(`${encodeParts([searched.tenantId])}:`)) return false;
  if (searched.workflowId !== undefined && searched.workflowId !== workflowId) return false;
  return searched.agentIds === undefined
    ? agentId === undefined
    : agentId !== undefined && searched.agentIds.includes(agentId);
}

async function readVectors(table: Table, ids: readonly string[]): Promise<VectorRow[]> {
  const rows: VectorRow[] = [];
  for (const condition of conditionsOn(ids)) {
    rows.push(
      ...(await table.query().where(condition).select(["id", "vector", "vector_hash"]).toArray()),
    );
  }
  return rows;
}

function idsOf(candidates: readonly ScoredCandidate[]): string[] {
  return candidates.map(({ id }) => id);
}
