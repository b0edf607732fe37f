import { checkOptionNames } from "./checks.ts";
import { invalid } from "./errors.ts";
import type { ErasureRequest } from "./erasure.ts";
import { keyName, type KeyLike } from "./memory-key.ts";
import { checkId, type Scope } from "./scope.ts";

/**
 * What a tenant wants erased: one long-term entry, of an agent or, without `agentId`, of what the agents of a workflow
 * share; or every one about a person, of one agent where `agentId` is given.
 */
export type ErasureTarget =
  | { readonly agentId?: string; readonly workflowId?: string; readonly key: KeyLike }
  | { readonly subject: string; readonly agentId?: string };

export interface ErasureOptions {
  /** Only says what would go. Default `false`. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * What a store is asked, from what a caller said. What is there and undefined is refused, and so is a name that nobody
 * reads: more would go than was meant.
 */
export function erasureRequest(tenantId: string, what: ErasureTarget): ErasureRequest {
  if (typeof what !== "object" || what === null) throw invalid("what", "is missing");
  if ("subject" in what) {
    checkOptionNames(what, ["subject", "agentId"], "what");
    return {
      tenantId,
      subject: checkId(what.subject, "what.subject"),
      ...("agentId" in what && { agentId: checkId(what.agentId, "what.agentId") }),
    };
  }
  checkOptionNames(what, ["agentId", "workflowId", "key"], "what");
  if (!("agentId" in what) && !("workflowId" in what)) {
    throw invalid("what", "names neither an agent nor a workflow");
  }
  const scope = {
    tenantId,
    ...("workflowId" in what && { workflowId: checkId(what.workflowId, "what.workflowId") }),
    ...("agentId" in what && { agentId: checkId(what.agentId, "what.agentId") }),
  } as Scope;
  return { scope, key: keyName(what.key) };
}
