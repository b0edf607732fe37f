import type {
  CallOptions,
  ClaimChange,
  ClaimRequest,
  EndedWorkflow,
  Entry,
  Health,
  Increment,
  Incremented,
  ListRequest,
  LogBounds,
  LogEdit,
  LogItem,
  LogRead,
  LogWrite,
  Page,
  Removal,
  Scope,
  ShortTermBackend,
  ShortTermCapabilities,
  ShortTermStats,
  ShortTermWrite,
  StartedWorkflow,
  ValuesAtOnce,
  WorkflowClaim,
  WorkflowEnd,
  WorkflowRef,
  WorkflowSize,
  WorkflowStart,
  WorkflowState,
  WriteResult,
} from "@mem/core";
import { decodeCursor } from "./cursor.ts";
import type { Memory } from "./memory.ts";
import type { Space } from "./space.ts";
import { MemoryValues } from "./values-at-once.ts";

/** Each method works in one step: nothing else runs between its checks and its effect. */
export class MemoryBackend implements ShortTermBackend {
  readonly name = "memory";
  readonly capabilities: ShortTermCapabilities = { durability: "process", shared: false };
  readonly atOnce: ValuesAtOnce | undefined;
  readonly #memory: Memory;

  constructor(memory: Memory) {
    this.#memory = memory;
    this.atOnce = new MemoryValues(memory);
  }

  async get(
    scope: Scope,
    keys: readonly string[],
    options?: CallOptions,
  ): Promise<(Entry | undefined)[]> {
    const entries = this.#memory.enter(scope, options)?.entries;
    return keys.map((key) => entries?.get(key));
  }

  async save(
    scope: Scope,
    writes: readonly ShortTermWrite[],
    options?: CallOptions,
  ): Promise<WriteResult[]> {
    const wasDone = (at: Space | undefined): boolean =>
      at !== undefined && writes.length > 0 && writes.every(at.entries.wasDone);
    const space = this.#memory.enter(scope, options, wasDone);
    for (const { ttlMs } of writes) if (ttlMs === "session") this.#memory.liveSession(scope);
    if (space !== undefined) return writes.map((write) => space.entries.save(write));
    return this.#memory.inNewSpace(scope, ({ entries }) =>
      writes.map((write) => entries.save(write)),
    );
  }

  async increment(scope: Scope, increment: Increment, options?: CallOptions): Promise<Incremented> {
    const wasDone = (at: Space | undefined): boolean => at?.entries.wasDone(increment) === true;
    const space = this.#memory.enter(scope, options, wasDone);
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
    const isThere = (at: Space | undefined): boolean =>
      items.every(({ id }) => at?.log(log)?.item(id) !== undefined);
    const space = this.#memory.enter(scope, options, isThere);
    if (bounds.ttlMs === "session") this.#memory.liveSession(scope);
    const add = (to: Space): LogItem[] => to.append(log, items, bounds);
    return space === undefined ? this.#memory.inNewSpace(scope, add) : add(space);
  }

  async read(scope: Scope, log: string, read: LogRead, options?: CallOptions): Promise<LogItem[]> {
    return this.#memory.enter(scope, options)?.read(log, read) ?? [];
  }

  async find(
    scope: Scope,
    log: string,
    ids: readonly string[],
    options?: CallOptions,
  ): Promise<(LogItem | undefined)[]> {
    const space = this.#memory.enter(scope, options);
    return space?.find(log, ids) ?? ids.map(() => undefined);
  }

  async edit(
    scope: Scope,
    log: string,
    edit: LogEdit,
    options?: CallOptions,
  ): Promise<LogItem | undefined> {
    return this.#memory.enter(scope, options)?.edit(log, edit);
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

  async takeExpired(tenantId: string, options?: CallOptions): Promise<readonly WorkflowState[]> {
    this.#memory.enterTenant(tenantId, options);
    return this.#memory.settled(options, () => this.#memory.tenant(tenantId)?.takeExpired() ?? []);
  }

  async claim(
    workflow: WorkflowRef,
    request: ClaimRequest,
    options: CallOptions,
  ): Promise<WorkflowClaim | undefined> {
    const live = this.#memory.checkSession(workflow, options);
    const isRepeated = live.claims?.wasMadeBy(request) === true;
    this.#memory.enter(workflow, options, () => isRepeated);
    return live.openClaims().claim(request);
  }

  async changeClaim(
    workflow: WorkflowRef,
    change: ClaimChange,
    options: CallOptions,
  ): Promise<WorkflowClaim> {
    const live = this.#memory.checkSession(workflow, options);
    this.#memory.enter(workflow, options);
    return live.openClaims().change(change);
  }

  async workflowSize(
    workflow: WorkflowRef,
    options?: CallOptions,
  ): Promise<WorkflowSize | undefined> {
    this.#memory.enterWorkflow(workflow, options);
    const { tenantId, workflowId } = workflow;
    return this.#memory.settled(options, () => this.#memory.tenant(tenantId)?.size(workflowId));
  }

  async watchWorkflow(
    workflow: WorkflowRef,
    wake: () => void,
    options?: CallOptions,
  ): Promise<AsyncDisposable> {
    this.#memory.enterWorkflow(workflow, options);
    const stop = this.#memory.watch(workflow, wake);
    return { [Symbol.asyncDispose]: async () => stop() };
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
