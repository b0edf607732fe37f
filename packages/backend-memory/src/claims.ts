import {
  compareCodePoints,
  MemoryError,
  type ClaimChange,
  type ClaimRef,
  type ClaimRequest,
  type WorkflowClaim,
} from "@mem/core";
import type { Clockwork } from "./clockwork.ts";
import { ownString } from "./own-string.ts";
import { NEVER, Timed } from "./timing-wheel.ts";

/** A claim that is held, or a completed step, which lasts as long as the lifetime. Times are `wall` times. */
class Claim extends Timed {
  readonly step: string;
  readonly token: number;
  readonly agentId: string | undefined;
  readonly opId: string;
  readonly claimedAt: number;
  expiresAt = 0;
  isDone = false;
  readonly #home: Claims;

  constructor(home: Claims, { step, agentId, opId }: ClaimRequest, token: number, wall: number) {
    super();
    this.step = ownString(step);
    this.token = token;
    this.agentId = agentId;
    this.opId = ownString(opId);
    this.claimedAt = wall;
    this.#home = home;
  }

  override expire(): void {
    this.#home.lapse(this);
  }
}

/** The claims of one lifetime of a workflow. */
export class Claims {
  readonly #clockwork: Clockwork;
  /** The lifetime: what ends with it has not lapsed before. */
  readonly #lifetime: Timed;
  readonly #bySteps = new Map<string, Claim>();
  #tokens = 0;

  constructor(clockwork: Clockwork, lifetime: Timed) {
    this.#clockwork = clockwork;
    this.#lifetime = lifetime;
  }

  /** Whether a request made the current claim. */
  wasMadeBy({ step, opId }: ClaimRequest): boolean {
    return this.#current(step)?.opId === opId;
  }

  isFree(step: string): boolean {
    return this.#current(step) === undefined;
  }

  /** Whether a claim is held and its step not done. */
  holds({ step, token }: ClaimRef): boolean {
    const claim = this.#current(step);
    return claim?.token === token && !claim.isDone;
  }

  claim(request: ClaimRequest): WorkflowClaim | undefined {
    const current = this.#current(request.step);
    if (current !== undefined) {
      return current.opId === request.opId ? this.#handOut(current) : undefined;
    }
    // A lapsed claim may still be in the wheel.
    this.#remove(request.step);
    const claim = new Claim(this, request, ++this.#tokens, this.#clockwork.timeline.wall());
    this.#bySteps.set(claim.step, claim);
    this.#clockwork.account?.claimMade(claim);
    this.#prolong(claim, request.ttlMs);
    return this.#handOut(claim);
  }

  change(change: ClaimChange): WorkflowClaim {
    const { step, token, to } = change;
    const claim = this.#current(step);
    if (claim?.token !== token || (claim.isDone && to !== "done")) throw notHeld();
    if (to === "renewed") this.#prolong(claim, change.ttlMs);
    if (to === "done") {
      claim.isDone = true;
      this.#clockwork.wheel.set(claim, NEVER);
    }
    const changed = this.#handOut(claim);
    if (to === "free") this.#remove(step);
    return changed;
  }

  /** Held claims and completed steps, in the order of their steps. */
  list(): WorkflowClaim[] {
    const now = this.#clockwork.timeline.elapsed();
    return [...this.#bySteps.values()]
      .filter((claim) => !claim.isOver(now))
      .toSorted((a, b) => compareCodePoints(a.step, b.step))
      .map((claim) => this.#handOut(claim));
  }

  lapse(claim: Claim): void {
    // A claim whose lifetime ended first is still reported as it was then.
    if (!this.#lifetime.isOver(claim.due)) this.#remove(claim.step);
  }

  /** Leaves them as they were when their lifetime ended. */
  end(due: number): void {
    for (const claim of this.#bySteps.values()) {
      if (claim.isOver(due)) this.#remove(claim.step);
      else this.#clockwork.wheel.remove(claim);
    }
  }

  clear(): void {
    for (const step of this.#bySteps.keys()) this.#remove(step);
  }

  #current(step: string): Claim | undefined {
    const claim = this.#bySteps.get(step);
    return claim?.isOver(this.#clockwork.timeline.elapsed()) === true ? undefined : claim;
  }

  #prolong(claim: Claim, ttlMs: number): void {
    const { timeline, wheel } = this.#clockwork;
    claim.expiresAt = timeline.wall() + ttlMs;
    wheel.set(claim, timeline.elapsed() + ttlMs);
  }

  #remove(step: string): void {
    const claim = this.#bySteps.get(step);
    if (claim === undefined) return;
    this.#clockwork.wheel.remove(claim);
    this.#bySteps.delete(step);
    this.#clockwork.account?.claimGone(claim);
  }

  #handOut({ step, token, agentId, claimedAt, expiresAt, isDone }: Claim): WorkflowClaim {
    const { timeline } = this.#clockwork;
    return {
      step,
      token,
      ...(agentId !== undefined && { agentId }),
      claimedAt: timeline.date(claimedAt),
      ...(!isDone && { expiresAt: timeline.date(expiresAt) }),
      isDone,
    };
  }
}

export function notHeld(): MemoryError {
  return new MemoryError(
    "MEM_CONFLICT",
    "the claim is not held any more: it lapsed, was given up, or its step is done",
    { retryable: false },
  );
}
