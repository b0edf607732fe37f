import {
  MemoryError,
  type CallOptions,
  type ClaimChange,
  type ClaimRequest,
  type WorkflowClaim,
  type WorkflowRef,
} from "@mem/core";
import { claimLost, type Lifetime, type ModelClaim } from "./model-gate.ts";
import { ModelLogs } from "./model-logs.ts";

/** The claims of the model. */
export abstract class ModelClaims extends ModelLogs {
  async claim(
    ref: WorkflowRef,
    request: ClaimRequest,
    options: CallOptions,
  ): Promise<WorkflowClaim | undefined> {
    const isCurrent = (): boolean => this.isRepeatedClaim(this.lifetime(ref), request);
    const live = this.enterSession(ref, options, isCurrent);
    const current = this.currentClaim(live, request.step);
    if (current === undefined) return this.handOutClaim(this.newClaim(live, request));
    return this.isRepeatedClaim(live, request) ? this.handOutClaim(current) : undefined;
  }

  async changeClaim(
    ref: WorkflowRef,
    change: ClaimChange,
    options: CallOptions,
  ): Promise<WorkflowClaim> {
    const live = this.enterSession(ref, options);
    const current = this.currentClaim(live, change.step);
    if (current === undefined || !this.mayChange(current, change)) throw claimLost();
    const changed = this.changeOf(current, change);
    live.claims = live.claims.map((one) => (one === current ? changed : one));
    return this.handOutClaim(change.to === "free" ? current : changed);
  }

  protected enterSession(
    ref: WorkflowRef,
    options: CallOptions,
    isRepeated?: () => boolean,
  ): Lifetime {
    this.enterWorkflow(ref, options, isRepeated);
    const live = this.lifetime(ref);
    if (options.session === undefined || live === undefined)
      throw new MemoryError("MEM_INVALID_ARGUMENT", "a claim needs a session");
    return live;
  }

  protected isRepeatedClaim(live: Lifetime | undefined, { step, opId }: ClaimRequest): boolean {
    return live !== undefined && this.currentClaim(live, step)?.opId === opId;
  }

  protected newClaim(live: Lifetime, { step, ttlMs, agentId, opId }: ClaimRequest): ModelClaim {
    const claimedAt = this.clock.now();
    const expiresAt = claimedAt + ttlMs;
    const by = agentId === undefined ? {} : { agentId };
    const token = this.nextToken(live);
    const state = { isDone: false, isFree: false };
    const claim = { step, token, ...by, claimedAt, expiresAt, opId, ...state };
    live.claims = [...live.claims, claim];
    return claim;
  }

  protected nextToken(live: Lifetime): number {
    return live.claims.length + 1;
  }

  /** Whether the change has the current token; a claim that is done can only be marked done again. */
  protected mayChange(current: ModelClaim, { token, to }: ClaimChange): boolean {
    return current.token === token && (!current.isDone || to === "done");
  }

  protected changeOf(current: ModelClaim, change: ClaimChange): ModelClaim {
    if (change.to === "free") return { ...current, isFree: true };
    const { expiresAt: _, ...rest } = current;
    if (change.to === "done") return { ...rest, isDone: true };
    return { ...rest, expiresAt: this.clock.now() + change.ttlMs };
  }

  protected handOutClaim(claim: ModelClaim): WorkflowClaim {
    const { opId: _, isFree: _f, ...told } = claim;
    return this.copy(told);
  }
}
