import {
  systemClock,
  type CallOptions,
  type Clock,
  type EndedWorkflow,
  type Entry,
  type Health,
  type Increment,
  type Incremented,
  type ListRequest,
  type LogBounds,
  type LogItem,
  type LogRead,
  type LogWrite,
  type Page,
  type Removal,
  type Scope,
  type ShortTermBackend,
  type ShortTermCapabilities,
  type ShortTermStats,
  type ShortTermWrite,
  type StartedWorkflow,
  type WorkflowEnd,
  type WorkflowRef,
  type WorkflowStart,
  type WorkflowState,
  type WriteResult,
} from "@mem/core";
import { decodeCursor } from "./cursor.ts";
import { Memory } from "./memory.ts";
import type { Space } from "./space.ts";

export interface MemoryBackendOptions {
  /** Where time comes from. Default: the machine's clock. */
  readonly clock?: Clock;
}

/**
 * Makes short-term memory that lives in this process and ends with it.
 *
 * What expires is freed within about a second, without being read; the timer for it does not keep the process alive.
 */
export function createMemoryBackend(options: MemoryBackendOptions = {}): ShortTermBackend {
  return new MemoryBackend(options.clock ?? systemClock);
}

/** Each method does what it does in one step: nothing else runs between its checks and its effect. */
class MemoryBackend implements ShortTermBackend {
  readonly name = "memory";
  readonly capabilities: ShortTermCapabilities = { durability: "process", shared: false };
  readonly #memory: Memory;

  constructor(clock: Clock) {
    this.#memory = new Memory(clock);
  }

  async get(
    scope: Scope,
    keys: readonly string[],
    options?: CallOptions,
  ): Promise<(Entry | undefined)[]> {
    const space = this.#memory.enter(scope, options);
    return keys.map((key) => space?.entries.get(key));
  }

  async save(
    scope: Scope,
    writes: readonly ShortTermWrite[],
    options?: CallOptions,
  ): Promise<WriteResult[]> {
    const space = this.#memory.enter(scope, options);
    if (writes.some(({ ttlMs }) => ttlMs === "session")) this.#memory.liveSession(scope);
    const store = ({ entries }: Space): WriteResult[] => writes.map((write) => entries.save(write));
    return space === undefined ? this.#memory.inNewSpace(scope, store) : store(space);
  }

  async increment(scope: Scope, increment: Increment, options?: CallOptions): Promise<Incremented> {
    const space = this.#memory.enter(scope, options);
    if (increment.ttlMs === "session") this.#memory.liveSession(scope);
    const add = ({ entries }: Space): Incremented => entries.increment(increment);
    return space === undefined ? this.#memory.inNewSpace(scope, add) : add(space);
  }

  async delete(
    scope: Scope,
    removals: readonly Removal[],
    options?: CallOptions,
  ): Promise<boolean[]> {
    const space = this.#memory.enter(scope, options);
    return removals.map((removal) => space?.entries.delete(removal) ?? false);
  }

  async list(scope: Scope, request: ListRequest, options?: CallOptions): Promise<Page<Entry>> {
    const space = this.#memory.enter(scope, options);
    const after = decodeCursor(request.cursor);
    return space?.entries.list(request, after) ?? { items: [] };
  }

  async count(scope: Scope, options?: CallOptions): Promise<number> {
    this.#memory.enter(scope, options);
    return this.#memory.settled(
      options,
      () => this.#memory.tenant(scope.tenantId)?.space(scope)?.entries.size ?? 0,
    );
  }

  async clear(scope: Scope, options?: CallOptions): Promise<number> {
    return this.#memory.enter(scope, options)?.entries.clear() ?? 0;
  }

  async append(
    scope: Scope,
    log: string,
    items: readonly LogWrite[],
    bounds: LogBounds,
    options?: CallOptions,
  ): Promise<LogItem[]> {
    const space = this.#memory.enter(scope, options);
    if (bounds.ttlMs === "session") this.#memory.liveSession(scope);
    const add = (to: Space): LogItem[] => to.append(log, items, bounds);
    return space === undefined ? this.#memory.inNewSpace(scope, add) : add(space);
  }

  async read(scope: Scope, log: string, read: LogRead, options?: CallOptions): Promise<LogItem[]> {
    return this.#memory.enter(scope, options)?.read(log, read) ?? [];
  }

  async startWorkflow(
    workflow: WorkflowRef,
    start: WorkflowStart,
    options?: CallOptions,
  ): Promise<StartedWorkflow> {
    this.#memory.enterWorkflow(workflow, options);
    const { tenantId, workflowId } = workflow;
    return this.#memory.inTenant(tenantId, (tenant) => tenant.startOrJoin(workflowId, start));
  }

  async getWorkflow(
    workflow: WorkflowRef,
    options?: CallOptions,
  ): Promise<WorkflowState | undefined> {
    const tenant = this.#memory.enterWorkflow(workflow, options);
    return tenant?.lifetime(workflow.workflowId)?.state();
  }

  async endWorkflow(
    workflow: WorkflowRef,
    end: WorkflowEnd,
    options?: CallOptions,
  ): Promise<EndedWorkflow | undefined> {
    this.#memory.enterWorkflow(workflow, options);
    const { tenantId, workflowId } = workflow;
    return this.#memory.inTenant(tenantId, (tenant) => tenant.end(workflowId, end));
  }

  async listWorkflows(
    tenantId: string,
    { cursor, limit }: { readonly cursor?: string; readonly limit: number },
    options?: CallOptions,
  ): Promise<Page<WorkflowState>> {
    this.#memory.enterTenant(tenantId, options);
    const after = decodeCursor(cursor);
    return this.#memory.settled(
      options,
      () => this.#memory.tenant(tenantId)?.listWorkflows(after, limit) ?? { items: [] },
    );
  }

  async stats(tenantId: string, options?: CallOptions): Promise<ShortTermStats> {
    this.#memory.enterTenant(tenantId, options);
    return this.#memory.settled(options, () => {
      const tenant = this.#memory.tenant(tenantId);
      return { entries: tenant?.entries ?? 0, workflows: tenant?.workflows ?? 0 };
    });
  }

  async health(): Promise<Health> {
    this.#memory.admit();
    return {
      status: "ok",
      backend: this.name,
      durability: this.capabilities.durability,
      messages: [],
      details: { tenants: this.#memory.tenants },
    };
  }

  async close(): Promise<void> {
    this.#memory.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
