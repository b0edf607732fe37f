import type { Backends } from "./backends.ts";
import { checkFlag } from "./checks.ts";
import { halfDone } from "./errors.ts";
import type { CallOptions } from "./keyed-store.ts";
import type { ClearedSession } from "./memory.ts";
import type { WorkflowRef } from "./scope.ts";

/** Removes a workflow's short-term data and ends it; on request, also its long-term entries, kept messages included. */
export async function clearSession(
  backends: Backends,
  workflow: WorkflowRef,
  alsoLongTerm: boolean,
  call: CallOptions,
): Promise<ClearedSession> {
  // Checked before anything is removed: without a long-term store, the whole call is refused.
  const longTerm = checkFlag(alsoLongTerm, "options.longTerm") ? backends.longTerm : undefined;
  const ended = await backends.shortTerm.endWorkflow(workflow, {}, call);
  return {
    shortTermEntries: ended?.entries ?? 0,
    messages: ended?.logItems ?? 0,
    longTermEntries: await halfDone(
      async () => (await longTerm?.clearWorkflow(workflow, call)) ?? 0,
    ),
  };
}
