import {
  compareCodePoints,
  decodeParts,
  type AgentActivity,
  type JsonObject,
  type WorkflowClaim,
  type WorkflowState,
} from "@mem/core";
import { decodeClaimField } from "./claims.ts";
import { parseStored } from "./envelope.ts";
import { unreadable } from "./redis-errors.ts";

/**
 * Decodes the state of a lifetime, as it is now or was at its end, from the fields of its hash; undefined if there are
 * none.
 */
export function decodeState(
  workflowId: string,
  fields: readonly string[],
  now: number,
): WorkflowState | undefined {
  if (fields.length === 0) return undefined;
  const state = new Map<string, string>();
  for (let i = 0; i + 1 < fields.length; i += 2) state.set(fields[i]!, fields[i + 1]!);
  const text = (name: string): string => {
    const value = state.get(name);
    if (value === undefined) throw unreadable("MEM_CORRUPT");
    return value;
  };
  const expiresAt = Number(text("expires"));
  const activity: AgentActivity[] = [];
  const claims: WorkflowClaim[] = [];
  for (const [name, value] of state) {
    if (name.startsWith("a:")) activity.push(decodeActivity(name.slice(2), value));
    if (name.startsWith("c:")) claims.push(decodeClaimField(name.slice(2), value));
  }
  const seenAt = Math.min(now, expiresAt);
  return {
    workflowId,
    epoch: text("epoch"),
    startedAt: Number(text("started")),
    expiresAt,
    timeoutMs: Number(text("timeout")),
    metadata: parseStored(text("metadata")) as JsonObject,
    activity: activity.toSorted((a, b) => compareCodePoints(a.agentId ?? "", b.agentId ?? "")),
    claims: claims
      .filter((claim) => claim.isDone || (claim.expiresAt ?? 0) > seenAt)
      .toSorted((a, b) => compareCodePoints(a.step, b.step)),
  };
}

function decodeActivity(name: string, counts: string): AgentActivity {
  const [operations = 0, messages = 0, records = 0, errors = 0, firstAt = 0, lastAt = 0] = counts
    .split(" ")
    .map(Number);
  const [agentId] = name === "" ? [] : decodeParts(name);
  const who = agentId !== undefined && { agentId };
  return { ...who, operations, messages, records, errors, firstAt, lastAt };
}
