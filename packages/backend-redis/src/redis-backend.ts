import {
  checkId,
  checkScope,
  MemoryError,
  throwIfAborted,
  type CallOptions,
  type ClaimChange,
  type ClaimRequest,
  type EndedWorkflow,
  type Entry,
  type Health,
  type Increment,
  type Incremented,
  type ListRequest,
  type LogBounds,
  type LogEdit,
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
  type WorkflowClaim,
  type WorkflowEnd,
  type WorkflowRef,
  type WorkflowSize,
  type WorkflowStart,
  type WorkflowState,
  type WriteResult,
} from "@mem/core";
import { Bodies } from "./bodies.ts";
import { Claims } from "./claims.ts";
import { makeClient } from "./client.ts";
import { Connection } from "./connection.ts";
import { Counters } from "./counters.ts";
import { Entries } from "./entries.ts";
import { EvictionWatch } from "./eviction.ts";
import { Expirations } from "./expirations.ts";
import { checkHealth } from "./health.ts";
import { KeySpace, type Place } from "./keys.ts";
import { logName, Logs } from "./logs.ts";
import { resolveOptions, type RedisBackendOptions, type ResolvedOptions } from "./options.ts";
import { PlaceCalls } from "./place-calls.ts";
import { Totals } from "./totals.ts";
import { Watches } from "./watches.ts";
import { Workflows } from "./workflows.ts";

/**
 * Makes a short-term backend on Redis 6.2 or later, Valkey, Sentinel or Cluster. It connects on first use.
 *
 * Every call settles within `timeoutMs`: it rejects with `MEM_UNAVAILABLE` if Redis can't be reached, and with
 * `MEM_TIMEOUT` if Redis does not answer; the error's `outcome` says whether the call took effect. Throws
 * `MEM_INVALID_ARGUMENT` for bad options.
 */
export function createRedisBackend(options: RedisBackendOptions): ShortTermBackend {
  return new RedisBackend(resolveOptions(options));
}

class RedisBackend implements ShortTermBackend {
  readonly name = "redis";
  readonly capabilities: ShortTermCapabilities = { durability: "server", shared: true };
  readonly #connection: Connection;
  readonly #evictions: EvictionWatch;
  readonly #keys: KeySpace;
  readonly #entries: Entries;
  readonly #counters: Counters;
  readonly #logs: Logs;
  readonly #workflows: Workflows;
  readonly #claims: Claims;
  readonly #expirations: Expirations;
  readonly #totals: Totals;
  readonly #watches: Watches;
  #closing: Promise<void> | undefined;

  constructor(options: ResolvedOptions) {
    const { target, prefix, timeoutMs, maxPending, limits, timeOffsetMs } = options;
    const made = makeClient(target, timeoutMs);
    this.#connection = new Connection(made, { timeoutMs, maxPending });
    this.#evictions = new EvictionWatch(made.client);
    this.#keys = new KeySpace(prefix);
    const calls = new PlaceCalls(this.#connection, made.client, timeOffsetMs);
    const bodies = new Bodies(limits);
    this.#entries = new Entries(calls, bodies);
    this.#counters = new Counters(calls);
    this.#logs = new Logs(calls, bodies);
    this.#workflows = new Workflows(calls, this.#keys);
    this.#claims = new Claims(calls, this.#keys);
    this.#expirations = new Expirations(calls, this.#keys);
    this.#watches = new Watches(calls, made.client);
    this.#totals = new Totals(calls, this.#keys, this.#workflows);
  }

  async get(
    scope: Scope,
    keys: readonly string[],
    options?: CallOptions,
  ): Promise<(Entry | undefined)[]> {
    return await this.#entries.get(this.#place(scope, options), keys, options);
  }

  async save(
    scope: Scope,
    writes: readonly ShortTermWrite[],
    options?: CallOptions,
  ): Promise<WriteResult[]> {
    return await this.#entries.save(this.#place(scope, options), writes, options);
  }

  async increment(scope: Scope, increment: Increment, options?: CallOptions): Promise<Incremented> {
    return await this.#counters.increment(this.#place(scope, options), increment, options);
  }

  async delete(
    scope: Scope,
    removals: readonly Removal[],
    options?: CallOptions,
  ): Promise<boolean[]> {
    return await this.#entries.delete(this.#place(scope, options), removals, options);
  }

  async list(scope: Scope, request: ListRequest, options?: CallOptions): Promise<Page<Entry>> {
    return this.#entries.list(this.#place(scope, options), request, options);
  }

  async count(scope: Scope, options?: CallOptions): Promise<number> {
    return this.#entries.count(this.#place(scope, options), options);
  }

  async clear(scope: Scope, options?: CallOptions): Promise<number> {
    return this.#entries.clear(this.#place(scope, options), options);
  }

  async append(
    scope: Scope,
    log: string,
    items: readonly LogWrite[],
    bounds: LogBounds,
    options?: CallOptions,
  ): Promise<LogItem[]> {
    const place = this.#place(scope, options);
    return this.#logs.append(place, logName(scope, log), items, bounds, options);
  }

  async read(scope: Scope, log: string, read: LogRead, options?: CallOptions): Promise<LogItem[]> {
    const place = this.#place(scope, options);
    return this.#logs.read(place, logName(scope, log), read, options);
  }

  async find(
    scope: Scope,
    log: string,
    ids: readonly string[],
    options?: CallOptions,
  ): Promise<(LogItem | undefined)[]> {
    const place = this.#place(scope, options);
    return this.#logs.find(place, logName(scope, log), ids, options);
  }

  async edit(
    scope: Scope,
    log: string,
    edit: LogEdit,
    options?: CallOptions,
  ): Promise<LogItem | undefined> {
    const place = this.#place(scope, options);
    return this.#logs.edit(place, logName(scope, log), edit, options);
  }

  async startWorkflow(
    workflow: WorkflowRef,
    start: WorkflowStart,
    options?: CallOptions,
  ): Promise<StartedWorkflow> {
    this.#checkWorkflow(workflow, options);
    return this.#workflows.start(workflow, start, options);
  }

  async getWorkflow(
    workflow: WorkflowRef,
    options?: CallOptions,
  ): Promise<WorkflowState | undefined> {
    this.#checkWorkflow(workflow, options);
    return this.#workflows.get(workflow, options);
  }

  async endWorkflow(
    workflow: WorkflowRef,
    end: WorkflowEnd,
    options?: CallOptions,
  ): Promise<EndedWorkflow | undefined> {
    this.#checkWorkflow(workflow, options);
    return this.#workflows.end(workflow, end, options);
  }

  async listWorkflows(
    tenantId: string,
    request: { readonly cursor?: string; readonly limit: number },
    options?: CallOptions,
  ): Promise<Page<WorkflowState>> {
    this.#checkTenant(tenantId, options);
    return this.#totals.listWorkflows(tenantId, request, options);
  }

  async takeExpired(
    tenantId: string,
    options?: Pick<CallOptions, "signal">,
  ): Promise<readonly WorkflowState[]> {
    this.#checkTenant(tenantId, options);
    return this.#expirations.take(tenantId, options);
  }

  async claim(
    workflow: WorkflowRef,
    request: ClaimRequest,
    options: CallOptions,
  ): Promise<WorkflowClaim | undefined> {
    this.#checkWorkflow(workflow, options);
    return this.#claims.claim(workflow, request, options);
  }

  async changeClaim(
    workflow: WorkflowRef,
    change: ClaimChange,
    options: CallOptions,
  ): Promise<WorkflowClaim> {
    this.#checkWorkflow(workflow, options);
    return this.#claims.change(workflow, change, options);
  }

  async workflowSize(
    workflow: WorkflowRef,
    options?: CallOptions,
  ): Promise<WorkflowSize | undefined> {
    this.#checkWorkflow(workflow, options);
    return this.#workflows.size(workflow, options);
  }

  async watchWorkflow(
    workflow: WorkflowRef,
    wake: () => void,
    options?: Pick<CallOptions, "signal">,
  ): Promise<AsyncDisposable> {
    this.#checkWorkflow(workflow, options);
    return this.#watches.watch(this.#keys.workflow(workflow), wake, options);
  }

  async stats(tenantId: string, options?: CallOptions): Promise<ShortTermStats> {
    this.#checkTenant(tenantId, options);
    return this.#totals.stats(tenantId, options);
  }

  async health(): Promise<Health> {
    this.#checkOpen();
    return checkHealth(this.#connection, this.name, this.capabilities.durability);
  }

  close(): Promise<void> {
    this.#evictions.end();
    this.#closing ??= this.#connection.close().finally(() => this.#watches.end());
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #place(scope: Scope, options: CallOptions | undefined): Place {
    this.#checkOpen();
    throwIfAborted(options?.signal);
    return this.#keys.place(scope);
  }

  #checkWorkflow(workflow: WorkflowRef, options: CallOptions | undefined): void {
    this.#checkOpen();
    checkScope(workflow);
    checkId(workflow.workflowId, "scope.workflowId");
    throwIfAborted(options?.signal);
  }

  #checkTenant(tenantId: string, options: CallOptions | undefined): void {
    this.#checkOpen();
    checkId(tenantId, "tenantId");
    throwIfAborted(options?.signal);
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) {
      throw new MemoryError("MEM_CLOSED", "the Redis backend has been closed");
    }
    this.#evictions.begin();
  }
}
