import { AuditTrail } from "../audit-trail.ts";
import type { NewExecutionRecord } from "../complete-record.ts";
import { isMemoryError, MemoryError } from "../errors.ts";
import { publishFailure } from "../failure-channel.ts";
import type { ActivityKind, CallOptions } from "../keyed-store.ts";
import type { WorkflowState } from "../workflow-lifetimes.ts";
import type { Lifetime } from "./lifetime.ts";

/** The state of the lifetime, with its settings in the metadata. Rejects with `MEM_SESSION_ENDED` once it is over. */
export async function liveState(lifetime: Lifetime, call: CallOptions): Promise<WorkflowState> {
  const state = await lifetime.backends.shortTerm.getWorkflow(lifetime.ref, call);
  if (state === undefined) throw sessionEnded();
  return state;
}

export function sessionEnded(): MemoryError {
  return new MemoryError("MEM_SESSION_ENDED", "the session has ended");
}

/** Stores a record of the workflow and counts it. Resolves to its id. */
export async function addRecord(
  lifetime: Lifetime,
  agentId: string,
  record: Omit<NewExecutionRecord, "workflowId">,
  signal?: AbortSignal,
): Promise<string> {
  const { workflowId, tenantId } = lifetime.ref;
  const trail = new AuditTrail(lifetime.backends, tenantId);
  // Copied before anything is awaited, and counted once it is stored.
  const complete = trail.complete(agentId, { ...record, workflowId });
  await liveState(lifetime, lifetime.writing(undefined, undefined, signal));
  await trail.store(complete, signal === undefined ? {} : { signal });
  await count(lifetime, record.status === "error" ? "error" : "record", agentId);
  return complete.id;
}

/** The record is stored, so a failure to count it must not reach the caller, who would store it again. */
async function count(lifetime: Lifetime, activity: ActivityKind, agentId: string): Promise<void> {
  try {
    const call = lifetime.counting(activity, agentId);
    await lifetime.backends.shortTerm.getWorkflow(lifetime.ref, call);
  } catch (error) {
    // A session that ended meanwhile no longer needs the count.
    if (!isMemoryError(error, "MEM_SESSION_ENDED")) publishFailure("count a record", error);
  }
}
