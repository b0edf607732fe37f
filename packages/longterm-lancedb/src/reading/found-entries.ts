import type { LongTermEntry, SearchScope } from "@mem/core";
import { copyEntry, damagedEntry, lacksTime, toUnflushedEntry } from "../table/row-conversion.ts";
import { takeEntries, toTaken, type TakenEntry } from "../table/row-queries.ts";
import { hashVector } from "../table/row-hash.ts";
import { scopePartsOf } from "../table/row.ts";
import type { Candidate } from "../search/candidates.ts";
import { damagedVector } from "../search/nearness.ts";
import type { View } from "./view.ts";

/** What a search found. */
export interface FoundCandidate {
  readonly candidate: Candidate;
  /** Whether its vector was compared with the question's. */
  readonly isCompared: boolean;
}

/**
 * The entries of what a search found, by id. Rejects with `MEM_CORRUPT` if a row is not what was stored, or if the
 * vector that was compared was not made for its text.
 */
export async function readFound(
  view: View,
  found: readonly FoundCandidate[],
): Promise<Map<string, LongTermEntry>> {
  const { table, version, cache } = view;
  const entries = new Map<string, LongTermEntry>();
  const unflushed = found.flatMap(({ candidate }) => candidate.unflushed ?? []);
  const timeless = unflushed.filter(lacksTime);
  if (timeless.length > 0) await view.learn(timeless.map(({ changed }) => changed));
  for (const { changed, entry } of unflushed) {
    entries.set(changed.id, toUnflushedEntry(changed, entry));
  }
  const rowIds: bigint[] = [];
  const taken: TakenEntry[] = [];
  const compared = new Set<string>();
  for (const { candidate, isCompared } of found) {
    if (candidate.rowId === undefined) continue;
    if (isCompared) compared.add(candidate.id);
    if (candidate.row !== undefined) {
      taken.push(toTaken(candidate.row));
      continue;
    }
    const cached = isCompared ? undefined : cache.find(candidate.id, version);
    if (cached) entries.set(candidate.id, copyEntry(cached.entry));
    else rowIds.push(candidate.rowId);
  }
  taken.push(...(await takeEntries(table, rowIds, compared.size > 0)));
  for (const each of taken) {
    if (compared.has(each.id) && !isSound(each)) throw damagedVector(each.id);
    entries.set(each.id, each.entry);
  }
  return entries;
}

function isSound({ id, entry, vectors }: TakenEntry): boolean {
  const { vector, passages, hash } = vectors ?? {};
  return vector !== undefined && hashVector(id, entry.text, vector, passages) === hash;
}

/** Throws `MEM_CORRUPT` if a row was found by columns that contradict its id. */
export function refuseStrangers(scope: SearchScope, candidates: Iterable<Candidate>): void {
  for (const { id } of candidates) {
    const [tenant, workflow, agent] = scopePartsOf(id);
    const isInWorkflow = scope.workflowId === undefined || scope.workflowId === workflow;
    const isOfAgent =
      scope.agentIds === undefined
        ? agent === undefined
        : agent !== undefined && scope.agentIds.includes(agent);
    if (tenant !== scope.tenantId || !isInWorkflow || !isOfAgent)
      throw damagedEntry(id, agent ?? "");
  }
}
