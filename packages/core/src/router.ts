import type { Backends } from "./backends.ts";
import { checkNumber, checkTtl } from "./checks.ts";
import type { Entry, Removal, Write, WriteResult } from "./entry.ts";
import { MemoryError, throwIfAborted } from "./errors.ts";
import { checkFilter } from "./filter.ts";
import {
  longTermWrite,
  shortTermWrite,
  type ItemOptions,
  type WriteDefaults,
} from "./item-write.ts";
import type { JsonValue } from "./json.ts";
import type { CallOptions, ClaimRef, ListRequest, Page, SessionCall } from "./keyed-store.ts";
import type { LongTermWrite } from "./long-term-store.ts";
import type { IncrementOptions, ListOptions, ReadOptions } from "./memory-options.ts";
import { memoryType, type MemoryType, type WritableType } from "./memory-type.ts";
import { saveBatches } from "./partial-save.ts";
import type { HistoryRequest, Revision } from "./revision.ts";
import { checkId, type Scope, type SearchScope } from "./scope.ts";
import type { ShortTermWrite } from "./short-term-backend.ts";

/** Where a handle stores and looks up entries. */
export interface Place {
  readonly scope: Scope;
  readonly searchScope: SearchScope;
  /** How long a short-term entry without its own `ttl` lives. */
  readonly ttlMs: number | null | "session";
  /** The lifetime of the session that it belongs to. */
  readonly epoch?: string;
  /** The claim that writes require. */
  readonly claim?: ClaimRef;
}

/** Sends each call to the backend of its memory type, within one place. */
export class Router {
  readonly place: Place;
  readonly #backends: Backends;
  readonly #defaults: WriteDefaults;
  /** Tie calls to short-term memory to the session; for writes, also to the claim. */
  readonly #reading: CallOptions;
  readonly #writing: CallOptions;

  constructor(backends: Backends, place: Place) {
    this.#backends = backends;
    this.place = place;
    this.#defaults = { limits: backends.limits, ttlMs: place.ttlMs };
    const { epoch, claim } = place;
    this.#reading = epoch === undefined ? {} : { session: sessionCall(place, epoch) };
    this.#writing =
      epoch === undefined || claim === undefined
        ? this.#reading
        : { session: { ...sessionCall(place, epoch), claim } };
  }

  get backends(): Backends {
    return this.#backends;
  }

  /** A checked copy of what is to be written, which belongs to the library. */
  prepare(
    type: WritableType,
    key: string,
    value: unknown,
    options: ItemOptions,
    path: string = "",
  ): Write {
    this.#requireBackend(type);
    return type === "short_term"
      ? shortTermWrite(key, value, options, path, this.#defaults)
      : longTermWrite(key, value, options, path, this.#defaults);
  }

  /** Stores a write prepared for this type. Resolves to whether its condition was met. May throw synchronously. */
  sendOne(type: WritableType, write: Write, signal: AbortSignal | undefined): Promise<boolean> {
    const atOnce = type === "short_term" ? this.#backends.shortTerm.atOnce : undefined;
    if (atOnce === undefined) return this.send(type, [write], signal).then(isFirstStored);
    const { scope } = this.place;
    return Promise.resolve(atOnce.save(scope, write as ShortTermWrite, this.#write(signal)));
  }

  /** Stores writes that were prepared for this type. */
  send(
    type: WritableType,
    writes: readonly Write[],
    signal: AbortSignal | undefined,
  ): Promise<WriteResult[]> {
    if (writes.length === 1) return this.#sendBatch(type, writes, signal);
    // Even without writes, a memory that is closed or has no such store has to refuse.
    this.#requireBackend(type);
    return saveBatches(writes, (batch) => this.#sendBatch(type, batch, signal));
  }

  /** The value of one key. May throw synchronously. */
  readValue(key: string, options: ReadOptions): Promise<JsonValue | undefined> {
    const { memoryType: type = "short_term", asOf } = options;
    const atOnce =
      type === "short_term" && asOf === undefined ? this.#backends.shortTerm.atOnce : undefined;
    if (atOnce === undefined) return this.read([key], options).then(firstValue);
    return Promise.resolve(atOnce.get(this.place.scope, key, this.#read(options.signal)));
  }

  read(keys: readonly string[], options: ReadOptions): Promise<(Entry | undefined)[]> {
    const type = memoryType(options.memoryType, "short_term");
    if (options.asOf !== undefined) {
      checkNumber(options.asOf, "options.asOf");
      this.#requireHistory(type, "options.asOf");
    }
    if (type !== "short_term") return this.#readElsewhere(type, keys, options);
    return this.#backends.shortTerm.get(this.place.scope, keys, this.#read(options.signal));
  }

  async increment(key: string, by: number, options: IncrementOptions): Promise<number> {
    const { scope, ttlMs } = this.place;
    const { ttl, opId, signal } = options;
    const { value } = await this.#backends.shortTerm.increment(
      scope,
      {
        key: checkId(key, "key"),
        by: checkNumber(by, "by"),
        ttlMs: ttl === undefined ? ttlMs : checkTtl(ttl, "options.ttl"),
        ...(opId !== undefined && { opId: checkId(opId, "options.opId") }),
      },
      this.#write(signal),
    );
    return value;
  }

  async remove(
    type: WritableType,
    removals: readonly Removal[],
    signal: AbortSignal | undefined,
  ): Promise<boolean[]> {
    this.#requireBackend(type);
    if (removals.length === 0) return [];
    const { scope } = this.place;
    if (type === "short_term")
      return this.#backends.shortTerm.delete(scope, removals, this.#write(signal));
    const call = await this.#besideShortTerm(this.#write(signal));
    return this.#backends.longTerm.delete(scope, removals, call);
  }

  async page(
    options: ListOptions,
    cursor: string | undefined,
    limit: number,
  ): Promise<Page<Entry>> {
    const type = memoryType(options.memoryType, "short_term");
    const { scope } = this.place;
    const request: ListRequest = {
      limit,
      ...(options.prefix !== undefined &&
        options.prefix !== "" && { prefix: checkId(options.prefix, "options.prefix") }),
      ...(options.filter !== undefined && {
        filter: checkFilter(options.filter, "options.filter"),
      }),
      ...(cursor !== undefined && { cursor }),
    };
    if (type === "short_term")
      return this.#backends.shortTerm.list(scope, request, this.#read(options.signal));
    const call = await this.callBesideShortTerm(options.signal);
    if (type === "shared") return this.#backends.knowledge.list(scope.tenantId, request, call);
    return this.#backends.longTerm.list(scope, request, call);
  }

  async revisions(
    key: string,
    request: HistoryRequest,
    signal: AbortSignal | undefined,
  ): Promise<Page<Revision>> {
    this.#requireHistory("long_term", "history");
    const call = await this.callBesideShortTerm(signal);
    return this.#backends.longTerm.history(this.place.scope, key, request, call);
  }

  /** The options of a read outside short-term memory, after checking that its session is live. */
  async callBesideShortTerm(signal: AbortSignal | undefined): Promise<CallOptions> {
    return this.#besideShortTerm(this.#read(signal));
  }

  /** Sessions live in short-term memory, so a call to another store first checks there that its session is live. */
  async #besideShortTerm(call: CallOptions): Promise<CallOptions> {
    const { session, signal } = call;
    if (session === undefined) return call;
    const { tenantId, workflowId } = this.place.scope;
    await this.#backends.shortTerm.getWorkflow(
      { tenantId, workflowId: workflowId as string },
      call,
    );
    return signal === undefined ? {} : { signal };
  }

  async #readElsewhere(
    type: "long_term" | "shared",
    keys: readonly string[],
    options: ReadOptions,
  ): Promise<(Entry | undefined)[]> {
    const { scope } = this.place;
    const call = await this.callBesideShortTerm(options.signal);
    if (type === "shared") return this.#backends.knowledge.get(scope.tenantId, keys, call);
    return this.#backends.longTerm.get(scope, keys, {
      ...call,
      ...(options.asOf !== undefined && { asOf: options.asOf }),
    });
  }

  #sendBatch(
    type: WritableType,
    writes: readonly Write[],
    signal: AbortSignal | undefined,
  ): Promise<WriteResult[]> {
    const { scope } = this.place;
    if (type === "short_term") {
      return this.#backends.shortTerm.save(scope, writes as ShortTermWrite[], this.#write(signal));
    }
    return this.#besideShortTerm(this.#write(signal)).then((call) =>
      this.#backends.longTerm.save(scope, writes as LongTermWrite[], call),
    );
  }

  #read(signal: AbortSignal | undefined): CallOptions {
    return withSignal(this.#reading, signal);
  }

  #write(signal: AbortSignal | undefined): CallOptions {
    return withSignal(this.#writing, signal);
  }

  /** Refuses a write without a backend before its value is copied. */
  #requireBackend(type: WritableType): void {
    void (type === "short_term" ? this.#backends.shortTerm : this.#backends.longTerm);
  }

  #requireHistory(type: MemoryType, what: string): void {
    if (type === "long_term" && this.#backends.longTerm.capabilities.history) return;
    throw new MemoryError(
      "MEM_UNSUPPORTED",
      `${what} needs a store with history; ${type} memory has none`,
      { path: what },
    );
  }
}

function isFirstStored(results: readonly WriteResult[]): boolean {
  return (results[0] as WriteResult).stored;
}

function firstValue(entries: readonly (Entry | undefined)[]): JsonValue | undefined {
  return entries[0]?.value;
}

function withSignal(call: CallOptions, signal: AbortSignal | undefined): CallOptions {
  if (signal === undefined) return call;
  throwIfAborted(signal);
  return { ...call, signal };
}

function sessionCall({ scope: { agentId } }: Place, epoch: string): SessionCall {
  return { epoch, activity: "operation", ...(agentId !== undefined && { agentId }) };
}
