import type { Backends } from "./backends.ts";
import { checkFlag } from "./checks.ts";
import { halfDone } from "./errors.ts";
import type { CallOptions } from "./keyed-store.ts";
import type { ClearedSession } from "./memory.ts";
import type { WorkflowRef } from "./scope.ts";

/** Removes what is short-term of a workflow, and ends it; what is long-term, its kept messages among it, if asked to. */
export async function clearSession(
  backends: Backends,
  workflow: WorkflowRef,
  alsoLongTerm: boolean,
  call: CallOptions,
): Promise<ClearedSession> {
  // Asked for before anything is removed: without a long-term store the whole call is refused.
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
