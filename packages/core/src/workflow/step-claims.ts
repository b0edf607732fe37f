import { checkCount, checkOneOf, checkOptions, checkSeconds, type NamesOf } from "../checks.ts";
import { invalid } from "../errors.ts";
import type { ClaimRef } from "../keyed-store.ts";
import { checkId } from "../scope.ts";
import type { ClaimChange, ClaimRequest } from "../workflow-lifetimes.ts";

export interface ClaimOptions {
  /** Seconds after which the claim lapses unless it is renewed. */
  readonly ttl: number;
  /** Who does the step, for people to read and for the summary. */
  readonly agentId?: string;
  readonly signal?: AbortSignal;
}

const CLAIM_OPTIONS: NamesOf<ClaimOptions> = { ttl: true, agentId: true, signal: true };

export function claimRequest(step: string, options: ClaimOptions): ClaimRequest {
  checkOptions(options, CLAIM_OPTIONS);
  const { ttl, agentId } = options;
  return {
    step: checkId(step, "step"),
    ttlMs: checkSeconds(ttl, "options.ttl"),
    opId: crypto.randomUUID(),
    ...(agentId !== undefined && { agentId: checkId(agentId, "options.agentId") }),
  };
}

/** A checked copy. */
export function checkClaim(claim: ClaimRef, path: string): ClaimRef {
  if (typeof claim !== "object" || claim === null) throw invalid(path, "is missing");
  const { step, token } = claim;
  return {
    step: checkId(step, `${path}.step`),
    token: checkCount(token, `${path}.token`, 0, Number.MAX_SAFE_INTEGER),
  };
}

/** A checked copy. */
export function checkClaimChange(change: ClaimChange): ClaimChange {
  const claim = checkClaim(change, "change");
  const to = checkOneOf(change.to, "change.to", ["renewed", "done", "free"]);
  if (to !== "renewed") return { ...claim, to };
  const { ttlMs } = change as { readonly ttlMs?: unknown };
  return { ...claim, to, ttlMs: checkCount(ttlMs, "change.ttlMs", 1, Number.MAX_SAFE_INTEGER) };
}
