import type {
  CallOptions,
  ClaimRequest,
  Health,
  Increment,
  Incremented,
  LogBounds,
  LogEdit,
  LogItem,
  LogWrite,
  Scope,
  ShortTermWrite,
  StartedWorkflow,
  WorkflowClaim,
  WorkflowRef,
  WorkflowStart,
  WriteResult,
} from "@mem/core";
import type { Account } from "./account.ts";
import type { Bounds } from "./bounds.ts";
import {
  growthOfAppend,
  growthOfClaim,
  growthOfEdit,
  growthOfIncrement,
  growthOfSave,
  growthOfStart,
} from "./growth.ts";
import type { Memory } from "./memory.ts";
import { MemoryBackend } from "./memory-backend.ts";

/** A backend with bounds. Every method that adds something makes room for it first, in the same step. */
export class BoundedBackend extends MemoryBackend {
  /** Not offered: room has to be made first, and only then is it known what has to be evicted. */
  override readonly atOnce = undefined;
  readonly #memory: Memory;
  readonly #account: Account;
  readonly #bounds: Bounds;

  constructor(memory: Memory, account: Account, bounds: Bounds) {
    super(memory);
    this.#memory = memory;
    this.#account = account;
    this.#bounds = bounds;
  }

  override async save(
    scope: Scope,
    writes: readonly ShortTermWrite[],
    options?: CallOptions,
  ): Promise<WriteResult[]> {
    this.#memory.check(scope, options);
    for (const { ttlMs } of writes) if (ttlMs === "session") this.#memory.liveSession(scope);
    const bytes = writes.map(this.#account.footprints.entry);
    this.#bounds.makeRoom(() =>
      growthOfSave(this.#account, this.#memory.space(scope), writes, bytes),
    );
    return super.save(scope, writes, options);
  }

  override async increment(
    scope: Scope,
    increment: Increment,
    options?: CallOptions,
  ): Promise<Incremented> {
    this.#memory.check(scope, options);
    if (increment.ttlMs === "session") this.#memory.liveSession(scope);
    this.#bounds.makeRoom(() =>
      growthOfIncrement(this.#account, this.#memory.space(scope), increment),
    );
    return super.increment(scope, increment, options);
  }

  override async append(
    scope: Scope,
    log: string,
    items: readonly LogWrite[],
    bounds: LogBounds,
    options?: CallOptions,
  ): Promise<LogItem[]> {
    this.#memory.check(scope, options);
    if (bounds.ttlMs === "session") this.#memory.liveSession(scope);
    this.#bounds.makeRoom(() =>
      growthOfAppend(this.#account, this.#memory.space(scope), log, items, bounds),
    );
    return super.append(scope, log, items, bounds, options);
  }

  override async edit(
    scope: Scope,
    log: string,
    edit: LogEdit,
    options?: CallOptions,
  ): Promise<LogItem | undefined> {
    this.#memory.check(scope, options);
    this.#bounds.makeRoom(() => growthOfEdit(this.#account, this.#memory.space(scope), log, edit));
    return super.edit(scope, log, edit, options);
  }

  override async claim(
    workflow: WorkflowRef,
    request: ClaimRequest,
    options: CallOptions,
  ): Promise<WorkflowClaim | undefined> {
    const live = this.#memory.checkSession(workflow, options);
    this.#bounds.makeRoom(() => growthOfClaim(this.#account, live, request));
    return super.claim(workflow, request, options);
  }

  override async startWorkflow(
    workflow: WorkflowRef,
    start: WorkflowStart,
    options?: CallOptions,
  ): Promise<StartedWorkflow> {
    this.#memory.checkWorkflow(workflow, options);
    const { tenantId, workflowId } = workflow;
    this.#bounds.makeRoom(() =>
      growthOfStart(this.#account, this.#memory.tenant(tenantId), workflowId, start),
    );
    return super.startWorkflow(workflow, start, options);
  }

  override async health(): Promise<Health> {
    const health = await super.health();
    return { ...health, details: { ...health.details, ...this.#bounds.details() } };
  }
}
