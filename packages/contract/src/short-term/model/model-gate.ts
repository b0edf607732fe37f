import {
  checkId,
  checkScope,
  compareCodePoints,
  encodeScope,
  MemoryError,
  throwIfAborted,
  parseJson,
  type CallOptions,
  type ClaimRef,
  type Clock,
  type Page,
  type Scope,
  type SessionCall,
  type WorkflowClaim,
  type WorkflowRef,
  type WorkflowStart,
} from "@mem/core";

/** One lifetime of a workflow, with all that was done in it. */
export interface Lifetime extends WorkflowRef {
  readonly epoch: string;
  readonly start: WorkflowStart;
  readonly startedAt: number;
  expiresAt: number;
  readonly acts: { readonly at: number; readonly call: SessionCall }[];
  /** All claims that were ever made. */
  claims: ModelClaim[];
}

/** A claim as stored; one that was given up is `isFree`, one that lapsed is past its `expiresAt`. */
export interface ModelClaim extends WorkflowClaim {
  readonly opId: string;
  readonly isFree: boolean;
}

interface Watch {
  readonly ref: WorkflowRef;
  readonly wake: () => void;
}

/**
 * The checks that every call to the model passes: whether it may act, in which lifetime, and at what time. The model
 * consists of small protected methods, so that a subclass can break a single rule.
 */
export abstract class ModelGate {
  readonly clock: Clock;
  protected lifetimes: Lifetime[] = [];
  protected watches: Watch[] = [];
  protected closed = false;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  protected admit(options?: CallOptions): void {
    if (this.closed) throw new MemoryError("MEM_CLOSED", "closed");
    throwIfAborted(options?.signal);
    for (const lifetime of this.lifetimes)
      if (this.isOver(lifetime.expiresAt)) this.timeOut(lifetime);
  }

  protected enter(
    scope: Scope,
    options?: CallOptions,
    isRepeated: () => boolean = () => false,
  ): void {
    this.admit(options);
    this.check(scope);
    const session = options?.session;
    if (session === undefined) return;
    const live = this.checkLife(scope, "session");
    if (live?.epoch !== session.epoch) throw new MemoryError("MEM_SESSION_ENDED", "ended");
    if (session.claim !== undefined && !this.holds(live, session.claim)) throw claimLost();
    this.use(live, isRepeated() ? { epoch: session.epoch } : session);
  }

  protected enterWorkflow(
    ref: WorkflowRef,
    options?: CallOptions,
    isRepeated?: () => boolean,
  ): void {
    this.enter(ref, options, isRepeated);
    checkId(ref.workflowId, "workflowId");
  }

  protected use(live: Lifetime, call: SessionCall): void {
    live.expiresAt = this.clock.now() + live.start.timeoutMs;
    live.acts.push({ at: this.clock.now(), call });
  }

  protected check(scope: Scope): void {
    checkScope(scope);
  }

  /** For the TTL `"session"`, returns the live lifetime of the scope's workflow, or throws if there is none. */
  protected checkLife(scope: Scope, ttlMs: unknown): Lifetime | undefined {
    if (ttlMs !== "session") return undefined;
    if (scope.workflowId === undefined)
      throw new MemoryError("MEM_INVALID_ARGUMENT", "no workflow");
    const live = this.lifetime(scope);
    if (live === undefined) throw new MemoryError("MEM_SESSION_ENDED", "ended");
    return live;
  }

  protected lifetime(scope: Scope): Lifetime | undefined {
    return this.lifetimes.find((one) => isOf(one, scope));
  }

  /** The claim of a step if it is held or done. */
  protected currentClaim(live: Lifetime, step: string): ModelClaim | undefined {
    const now = Math.min(this.clock.now(), live.expiresAt);
    const claim = live.claims.findLast((one) => one.step === step);
    const isHeld = claim !== undefined && !claim.isFree && (claim.expiresAt ?? Infinity) > now;
    return isHeld ? claim : undefined;
  }

  protected holds(live: Lifetime, { step, token }: ClaimRef): boolean {
    const current = this.currentClaim(live, step);
    return current?.token === token && !current.isDone;
  }

  /** Has to be called when an entry has changed or the workflow has ended. */
  protected changed(scope: Scope): void {
    for (const { ref, wake } of this.watches) if (isOf(ref, scope)) queueMicrotask(wake);
  }

  protected place(scope: Scope): string {
    return encodeScope(scope);
  }

  protected isOver(time: number): boolean {
    return time <= this.clock.now();
  }

  protected copy<T>(value: T): T {
    return parseJson(JSON.stringify(value)) as T;
  }

  protected compare(a: string, b: string): number {
    return compareCodePoints(a, b);
  }

  protected page<R, T>(
    rows: readonly R[],
    keyOf: (row: R) => string,
    cursor: string | undefined,
    limit: number,
    handOut: (row: R) => T,
  ): Page<T> {
    const after = cursor === undefined ? undefined : this.readCursor(cursor);
    const rest = rows
      .toSorted((a, b) => this.compare(keyOf(a), keyOf(b)))
      .filter((row) => after === undefined || this.compare(keyOf(row), after) > 0);
    const items = rest.slice(0, limit);
    const last = items.at(-1);
    if (last === undefined || rest.length === items.length) return { items: items.map(handOut) };
    return { items: items.map(handOut), cursor: `after:${keyOf(last)}` };
  }

  protected readCursor(cursor: string): string {
    if (cursor.startsWith("after:")) return cursor.slice("after:".length);
    throw new MemoryError("MEM_INVALID_ARGUMENT", "not a cursor");
  }

  /** Ends a workflow and deletes everything in it. */
  protected abstract forget(ref: WorkflowRef): void;

  /** Ends a lifetime that has timed out. */
  protected abstract timeOut(lifetime: Lifetime): void;
}

export function claimLost(): MemoryError {
  return new MemoryError("MEM_CONFLICT", "not held any more", { retryable: false });
}

/** Whether a scope belongs to this workflow. */
export function isOf({ tenantId, workflowId }: WorkflowRef, scope: Scope): boolean {
  return scope.tenantId === tenantId && scope.workflowId === workflowId;
}
