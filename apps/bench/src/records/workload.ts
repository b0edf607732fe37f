import type { ExecutionRecord, JsonValue } from "@mem/core";
import { createValueTexts } from "../values.ts";

/** Names the generator of records; to be incremented when its output changes. */
export const SEED = 20_261_122;
export const AGENT = "strategist";
export const TENANT = "default";
const CONTENTS = 1024;
const BEGIN = 1_790_000_000_000;
const STEP_MS = 10;
/** One in this many records belongs to the same workflow. */
const SHARE = 10_000;
// Both are coprime to what they are taken modulo of: every part occurs equally often.
const SCATTER = 7919;

let contents: readonly JsonValue[] | undefined;

export function idAt(place: number): string {
  return `record-${String(place).padStart(8, "0")}`;
}

/**
 * The workflow of a record: each workflow has one ten-thousandth of all records. Those at even places lie together, one
 * record apart; those at odd places are scattered over the whole trail.
 */
export function workflowAt(place: number, count: number): string {
  const half = Math.floor(place / 2);
  const each = Math.max(1, Math.round(count / SHARE));
  if (place % 2 === 0) return `clustered-${Math.floor(half / each)}`;
  const workflows = Math.max(1, Math.floor(count / 2 / each));
  return `scattered-${(half * SCATTER) % workflows}`;
}

/** A place whose record belongs to a workflow that lies together, or to one that is scattered. */
export function placeOfKind(kind: "clustered" | "scattered", draw: number, count: number): number {
  const half = Math.floor((draw * count) / 2);
  return Math.min(count - 1, half * 2 + (kind === "clustered" ? 0 : 1));
}

/** The `place`-th of `count` records: what an agent did, with about 230 bytes of output. */
export function recordAt(place: number, count: number): ExecutionRecord {
  contents ??= createValueTexts("230 B", CONTENTS).map((text) => JSON.parse(text) as JsonValue);
  const output = contents[place % CONTENTS] as JsonValue;
  return {
    id: idAt(place),
    timestamp: new Date(BEGIN + place * STEP_MS).toISOString(),
    agentId: AGENT,
    workflowId: workflowAt(place, count),
    tenantId: TENANT,
    status: place % 50 === 0 ? "error" : "success",
    output,
    durationMs: 1 + (place % 997),
  };
}
