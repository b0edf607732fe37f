import {
  createManualClock,
  MemoryError,
  MemoryManager,
  type CallOptions,
  type Entry,
  type LogEdit,
  type LogItem,
  type LogRead,
  type LogWrite,
  type LongTermStore,
  type ManualClock,
  type MemoryManagerOptions,
  type RecordStore,
  type Scope,
  type ShortTermBackend,
  type ShortTermCapabilities,
  type ShortTermWrite,
  type StartedWorkflow,
  type WorkflowRef,
  type WorkflowStart,
  type WorkflowState,
} from "../src/index.ts";
import { place } from "./entry-place.ts";
import { KeptEntries } from "./kept-entries.ts";

/** One call to short-term memory that can be tied to a session. */
export interface Call {
  readonly method: string;
  readonly session: CallOptions["session"];
}

/**
 * Short-term memory with only what sessions need: entries, logs and lifetimes that live until a test ends them.
 * `@mem/contract` tests what backends have to do; this shows what core makes of it.
 */
export class SessionBackend {
  capabilities: ShortTermCapabilities = { durability: "server", shared: true };
  readonly calls: Call[] = [];
  readonly entries: Map<string, Entry> = new Map<string, Entry>();
  readonly live: Map<string, StartedWorkflow> = new Map<string, StartedWorkflow>();
  /** Tokens of claims that are no longer held. */
  readonly lost: Set<number> = new Set<number>();
  readonly wakes: Set<() => void> = new Set<() => void>();
  /** What each call of `takeExpired` returns. */
  expired: (readonly WorkflowState[])[] = [];
  /** The lifetime before it that the next start returns. */
  before: WorkflowState | undefined;
  /** Runs before each call, with the name of its method. */
  hook: (method: string) => unknown = () => undefined;
  readonly #logs = new Map<string, LogItem[]>();
  /** The last position of each log. */
  readonly #positions = new Map<LogItem[], number>();
  #versions = 0;

  async startWorkflow(
    { workflowId }: WorkflowRef,
    { metadata, timeoutMs, join }: WorkflowStart,
  ): Promise<StartedWorkflow> {
    await this.#called("startWorkflow");
    const known = this.live.get(workflowId);
    if (known !== undefined && join === "never")
      throw new MemoryError("MEM_SESSION_EXISTS", "live");
    if (known !== undefined) return { ...known, created: false };
    const state = { ...aState(workflowId, metadata), epoch: `e${++this.#versions}`, timeoutMs };
    const { before } = this;
    this.live.set(workflowId, { ...state, created: true });
    return { ...state, created: true, ...(before && { expired: before }) };
  }

  async getWorkflow(
    { workflowId }: WorkflowRef,
    options: CallOptions = {},
  ): Promise<WorkflowState | undefined> {
    await this.#called("getWorkflow", options, workflowId);
    return this.live.get(workflowId);
  }

  async endWorkflow({ workflowId }: WorkflowRef): Promise<object> {
    await this.#called("endWorkflow");
    const state = this.live.get(workflowId);
    this.live.delete(workflowId);
    return { state, entries: 0, logItems: 0 };
  }

  async takeExpired(): Promise<readonly WorkflowState[]> {
    await this.#called("takeExpired");
    return this.expired.shift() ?? [];
  }

  async stats(): Promise<object> {
    await this.#called("stats");
    return { entries: 0, workflows: this.live.size };
  }

  async claim(_: WorkflowRef, request: object, options: CallOptions): Promise<object> {
    await this.#called("claim", options);
    return request;
  }

  async changeClaim(_: WorkflowRef, change: object, options: CallOptions): Promise<object> {
    await this.#called("changeClaim", options);
    return change;
  }

  async workflowSize(
    { workflowId }: WorkflowRef,
    options: CallOptions,
  ): Promise<object | undefined> {
    await this.#called("workflowSize", options);
    return this.live.has(workflowId) ? { entries: 1, logItems: 2, bytes: 300 } : undefined;
  }

  async watchWorkflow(_: WorkflowRef, wake: () => void): Promise<AsyncDisposable> {
    await this.#called("watchWorkflow");
    this.wakes.add(wake);
    return { [Symbol.asyncDispose]: async () => void this.wakes.delete(wake) };
  }

  async get(scope: Scope, keys: string[], options?: CallOptions): Promise<(Entry | undefined)[]> {
    await this.#called("get", options, scope.workflowId);
    return keys.map((key) => structuredClone(this.entries.get(place(scope, key))));
  }

  async save(scope: Scope, writes: ShortTermWrite[], options?: CallOptions): Promise<object[]> {
    await this.#called("save", options, scope.workflowId);
    return writes.map((write) => {
      const version = `v${++this.#versions}`;
      const { key, value, metadata, subject, source } = structuredClone(write);
      this.entries.set(place(scope, key), {
        key,
        value,
        version,
        source,
        createdAt: 0,
        updatedAt: 0,
        ...(metadata !== undefined && { metadata }),
        ...(subject !== undefined && { subject }),
      });
      for (const wake of this.wakes) wake();
      return { stored: true, version };
    });
  }

  async delete(
    scope: Scope,
    removals: { key: string }[],
    options?: CallOptions,
  ): Promise<boolean[]> {
    await this.#called("delete", options, scope.workflowId);
    const deleted = removals.map(({ key }) => this.entries.delete(place(scope, key)));
    for (const wake of this.wakes) wake();
    return deleted;
  }

  async append(
    scope: Scope,
    name: string,
    writes: readonly LogWrite[],
    { maxItems }: { readonly maxItems: number },
    options?: CallOptions,
  ): Promise<LogItem[]> {
    await this.#called("append", options, scope.workflowId);
    const log = this.log(scope.workflowId as string, name);
    const items = writes.map(({ id, value, at = 1000 }) => {
      const known = log.find((item) => item.id === id);
      const position = (this.#positions.get(log) ?? 0) + 1;
      const item = known ?? { id, position, at, value: structuredClone(value), edits: 0 };
      if (known === undefined) {
        log.push(item);
        this.#positions.set(log, position);
      }
      return structuredClone(item);
    });
    log.splice(0, log.length - maxItems);
    return items;
  }

  async read(scope: Scope, name: string, read: LogRead, options?: CallOptions): Promise<LogItem[]> {
    await this.#called("read", options, scope.workflowId);
    const { limit, before = Infinity, after = -Infinity } = read;
    const fits = ({ position }: LogItem): boolean => position > after && position < before;
    return structuredClone(
      this.log(scope.workflowId as string, name)
        .filter(fits)
        .slice(-limit),
    );
  }

  async find(scope: Scope, name: string, ids: string[], options?: CallOptions): Promise<unknown[]> {
    await this.#called("find", options, scope.workflowId);
    const log = this.log(scope.workflowId as string, name);
    return ids.map((id) => structuredClone(log.find((item) => item.id === id)));
  }

  async edit(
    scope: Scope,
    name: string,
    { id, value, ifEdits }: LogEdit,
    options?: CallOptions,
  ): Promise<LogItem | undefined> {
    await this.#called("edit", options, scope.workflowId);
    const log = this.log(scope.workflowId as string, name);
    const index = log.findIndex((item) => item.id === id);
    const item = log[index];
    if (item === undefined) return undefined;
    if (ifEdits !== undefined && ifEdits !== item.edits) {
      throw new MemoryError("MEM_CONFLICT", "edited meanwhile");
    }
    const next = value !== undefined && {
      ...item,
      value: structuredClone(value),
      edits: item.edits + 1,
    };
    log.splice(index, 1, ...(next ? [next] : []));
    return structuredClone(next || item);
  }

  async increment(): Promise<never> {
    throw new Error("unused");
  }

  async close(): Promise<void> {
    await this.#called("close");
  }

  log(workflowId: string, name: string = "conversation"): LogItem[] {
    const key = JSON.stringify([workflowId, name]);
    const log = this.#logs.get(key) ?? [];
    this.#logs.set(key, log);
    return log;
  }

  /** The session that each call of a method was tied to. */
  tied(method: string): CallOptions["session"][] {
    return this.calls.filter((call) => call.method === method).map(({ session }) => session);
  }

  async #called(method: string, options: CallOptions = {}, workflowId?: string): Promise<void> {
    const { session, signal } = options;
    this.calls.push({ method, session });
    await this.hook(method);
    if (signal?.aborted === true) throw new MemoryError("MEM_ABORTED", "aborted");
    if (session === undefined || workflowId === undefined) return;
    if (this.live.get(workflowId)?.epoch !== session.epoch) {
      throw new MemoryError("MEM_SESSION_ENDED", "ended");
    }
    if (session.claim !== undefined && this.lost.has(session.claim.token)) {
      throw new MemoryError("MEM_CONFLICT", "the claim is lost", { retryable: false });
    }
  }
}

export interface SessionMemory {
  readonly memory: MemoryManager;
  readonly shortTerm: SessionBackend;
  readonly longTerm: KeptEntries;
  readonly clock: ManualClock;
}

export function openSessionMemory(
  options: Partial<MemoryManagerOptions> & { readonly records?: RecordStore } = {},
): SessionMemory {
  const shortTerm = new SessionBackend();
  const longTerm = new KeptEntries();
  const clock = createManualClock(1_000_000);
  const memory = new MemoryManager({
    shortTerm: shortTerm as unknown as ShortTermBackend,
    longTerm: longTerm as unknown as LongTermStore,
    clock,
    ...options,
  });
  return { memory, shortTerm, longTerm, clock };
}

/** The state of a workflow that nobody has used. */
export function aState(
  workflowId: string,
  metadata: WorkflowState["metadata"] = {},
): WorkflowState {
  return {
    workflowId,
    epoch: "e0",
    startedAt: 1_000_000,
    expiresAt: 1_090_000,
    timeoutMs: 60_000,
    metadata,
    activity: [],
    claims: [],
  };
}
