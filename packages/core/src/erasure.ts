import type { EntryPlace } from "./entry.ts";
import { invalid } from "./errors.ts";
import type { CallOptions } from "./keyed-store.ts";
import { checkId, checkScope, type Scope } from "./scope.ts";

/**
 * What to erase: one entry with all of its history, or every entry about a person, only those of one agent if `agentId`
 * is given. An entry is about its current `subject`, or its last one if it was deleted. If an entry has changed to
 * another subject, only the states in its history that were about this person are erased.
 */
export type ErasureRequest =
  | { readonly scope: Scope; readonly key: string }
  | { readonly tenantId: string; readonly agentId?: string; readonly subject: string };

export interface EraseOptions extends CallOptions {
  /** Only report what would be erased. Default `false`. */
  readonly dryRun?: boolean;
}

/** The receipt of an erasure. It holds nothing of what was erased except where it was. */
export interface Erasure {
  /** A random id, for the caller's own records. */
  readonly id: string;
  /** When, in milliseconds since 1970. */
  readonly at: number;
  /** Whether it only reports what would be erased. */
  readonly dryRun: boolean;
  /** The places of the erased entries, including entries that existed only in history. */
  readonly entries: readonly EntryPlace[];
  /** How many states of these entries were in history. */
  readonly revisions: number;
}

/**
 * Returns the request after checking it. For stores that are called directly. Throws `MEM_INVALID_ARGUMENT`, also for
 * an `agentId` that is present but undefined: it would erase every agent's.
 */
export function checkErasureRequest(request: ErasureRequest): ErasureRequest {
  if (typeof request !== "object" || request === null) throw invalid("request", "is missing");
  if ("scope" in request) {
    if ("subject" in request) throw invalid("request", "names both an entry and a subject");
    checkScope(request.scope);
    checkId(request.key, "request.key");
    return request;
  }
  checkId(request.tenantId, "request.tenantId");
  if ("agentId" in request) checkId(request.agentId, "request.agentId");
  checkId(request.subject, "request.subject");
  return request;
}
