import type { EntryPlace } from "./entry.ts";
import { invalid } from "./errors.ts";
import type { CallOptions } from "./keyed-store.ts";
import { checkId, checkScope, type Scope } from "./scope.ts";

/**
 * What is to be erased: one entry with all of its history, or every entry about a person, of one agent where `agentId`
 * is given. An entry is about who is its `subject` now, or was last before it was deleted; of one that is about somebody
 * else by now, history loses the states that were about this one.
 */
export type ErasureRequest =
  | { readonly scope: Scope; readonly key: string }
  | { readonly tenantId: string; readonly agentId?: string; readonly subject: string };

export interface EraseOptions extends CallOptions {
  /** Only says what would go. Default `false`. */
  readonly dryRun?: boolean;
}

/** The receipt of an erasure. It holds nothing of what was erased but where it was. */
export interface Erasure {
  /** Random: for the caller's own records. */
  readonly id: string;
  /** When, in milliseconds since 1970. */
  readonly at: number;
  /** Whether it only says what would go. */
  readonly dryRun: boolean;
  /** The places of what went, those among them of which only history knew. */
  readonly entries: readonly EntryPlace[];
  /** How many states of these entries history held. */
  readonly revisions: number;
}

/**
 * Returns a request that names what is to be erased. For stores that are called directly.
 * Throws `MEM_INVALID_ARGUMENT`, also for an `agentId` that is there and undefined: it would erase every agent's.
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
