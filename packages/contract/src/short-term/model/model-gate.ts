import {
  checkScope,
  compareCodePoints,
  encodeScope,
  MemoryError,
  throwIfAborted,
  type CallOptions,
  type Clock,
  type Page,
  type Scope,
  type SessionCall,
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
}

/**
 * What every call to the model goes through: whether it may act, in which lifetime, and what time it is. The model is
 * made of small protected steps, so that a backend that breaks just one rule can be made of it.
 */
export abstract class ModelGate {
  readonly clock: Clock;
  protected lifetimes: Lifetime[] = [];
  protected closed = false;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  protected admit(options?: CallOptions): void {
    if (this.closed) throw new MemoryError("MEM_CLOSED", "closed");
    throwIfAborted(options?.signal);
    for (const lifetime of this.lifetimes)
      if (this.isOver(lifetime.expiresAt)) this.forget(lifetime);
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
    this.use(live, isRepeated() ? { epoch: session.epoch } : session);
  }

  protected use(live: Lifetime, call: SessionCall): void {
    live.expiresAt = this.clock.now() + live.start.timeoutMs;
    live.acts.push({ at: this.clock.now(), call });
  }

  protected check(scope: Scope): void {
    checkScope(scope);
  }

  /** The lifetime of the scope's workflow, which has to be live for what lives by it. */
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

  protected place(scope: Scope): string {
    return encodeScope(scope);
  }

  protected isOver(time: number): boolean {
    return time <= this.clock.now();
  }

  protected copy<T>(value: T): T {
    return JSON.parse(JSON.stringify(value)) as T;
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

  /** Ends a workflow with everything that is of it. */
  protected abstract forget(ref: WorkflowRef): void;
}

/** Whether a scope is of this workflow. */
export function isOf({ tenantId, workflowId }: WorkflowRef, scope: Scope): boolean {
  return scope.tenantId === tenantId && scope.workflowId === workflowId;
}
