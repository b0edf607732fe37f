import { Backends } from "./backends.ts";
import { checkCount, checkFlag, checkOptions, checkSeconds, type NamesOf } from "./checks.ts";
import { checkClock, systemClock, type Clock } from "./clock.ts";
import type { Embedder } from "./embedder.ts";
import { invalid, throwIfAborted } from "./errors.ts";
import { DEFAULT_JSON_LIMITS, type JsonLimits } from "./json.ts";
import type { Knowledge } from "./knowledge.ts";
import type { LongTermStore } from "./long-term-store.ts";
import type { Memory } from "./memory.ts";
import { ABORT_OPTIONS, type AbortOptions } from "./memory-options.ts";
import type { RecordRedaction } from "./redaction.ts";
import type { RecordStore } from "./record-store.ts";
import { checkReembedding, type Reembedded, type ReembedOptions } from "./reembedding.ts";
import type { ShortTermBackend } from "./short-term-backend.ts";
import { TenantMemory } from "./tenant-memory.ts";
import type { Verification } from "./verification.ts";

export interface MemoryManagerOptions {
  /** Where short-term memory, conversations and sessions live. */
  readonly shortTerm: ShortTermBackend;
  /** Without it, calls with `memoryType: "long_term"` reject with `MEM_NOT_CONFIGURED`. */
  readonly longTerm?: LongTermStore | undefined;
  /** Without it, calls for execution records reject with `MEM_NOT_CONFIGURED`. */
  readonly records?: RecordStore | undefined;
  /** Without it, calls with `memoryType: "shared"` reject with `MEM_NOT_CONFIGURED`. */
  readonly knowledge?: Knowledge | undefined;
  /** Default `"default"`. */
  readonly tenantId?: string;
  /** Default TTL of short-term entries, in seconds; `null`: they never expire. Default 86,400 (a day). */
  readonly shortTermTtl?: number | null;
  /** How many messages of a conversation are kept, 1 to 1,000,000. Default 100. */
  readonly maxConversationHistory?: number;
  /** Default timeout of sessions: seconds without use after which a session ends. Default 3,600 (an hour). */
  readonly sessionTimeout?: number;
  /** Whether ending a session removes its short-term data, unless the session says otherwise. Default `true`. */
  readonly autoCleanup?: boolean;
  /**
   * Seconds between checks for sessions that timed out, in the tenants whose sessions this manager started or joined;
   * `null`: it never checks. When several processes share the memory, exactly one of them finds each such session,
   * writes the record of its end (for a session with `recordAs`) and publishes it on its own channel `mem:session`.
   * Give all processes of a tenant the same record store. In memory that no other process shares, the manager checks
   * only for sessions with `recordAs`, or if the channel had a subscriber when a session started. Default 60.
   */
  readonly sweepInterval?: number | null;
  /**
   * Removes from each execution record what must not be stored, before the record store receives it; `redactSecrets`
   * makes one for common secrets. If it throws, the record is refused. Default: records are stored unchanged.
   */
  readonly redact?: RecordRedaction | undefined;
  /** The maximum depth and size of a value. Default 200 levels and 8,388,608 characters of JSON. */
  readonly limits?: Partial<JsonLimits>;
  /** The source of timestamps. Default: the machine's clock. */
  readonly clock?: Clock;
}

const MANAGER_OPTIONS: NamesOf<MemoryManagerOptions> = {
  shortTerm: true,
  longTerm: true,
  records: true,
  knowledge: true,
  tenantId: true,
  shortTermTtl: true,
  maxConversationHistory: true,
  sessionTimeout: true,
  autoCleanup: true,
  sweepInterval: true,
  redact: true,
  limits: true,
  clock: true,
};

const JSON_LIMITS: NamesOf<JsonLimits> = { maxDepth: true, maxSize: true };

/** Typed as the interface, whose signatures are more precise than the implementation's. */
const OwnTenant: new (backends: Backends, tenantId: string) => Memory = TenantMemory;

/**
 * The memory of a team of agents: one interface to the backends you pass in. The manager owns them and closes them.
 *
 * Nothing connects before the first call. Every method rejects with a `MemoryError`; after `close()` with `MEM_CLOSED`.
 */
export class MemoryManager extends OwnTenant implements AsyncDisposable {
  readonly #backends: Backends;

  /** Throws `MEM_INVALID_ARGUMENT` for a bad or unknown option. */
  constructor(options: MemoryManagerOptions) {
    const backends = openBackends(options);
    const { tenantId = "default" } = options;
    super(backends, tenantId);
    this.#backends = backends;
  }

  /** The memory of another tenant, in the same backends. */
  forTenant(tenantId: string): Memory {
    return new TenantMemory(this.#backends, tenantId);
  }

  /**
   * Reads and checks all of long-term memory, of every tenant. Reports damage in the result instead of rejecting. Takes
   * as long as reading everything does.
   */
  async verify(options: AbortOptions = {}): Promise<Verification> {
    checkOptions(options, ABORT_OPTIONS);
    const { signal } = options;
    throwIfAborted(signal);
    return this.#backends.longTerm.verify(signal === undefined ? {} : { signal });
  }

  /**
   * Recomputes every vector of long-term memory, of every tenant, with another embedder, then switches to that embedder
   * for good: open the store with it from then on. You can use the memory as before while this runs. Nothing is lost if
   * it is aborted or the process is killed: the next attempt resumes where this one stopped. Rejects with
   * `MEM_EMBEDDING` if the embedder fails. The knowledge has its own store, whose operator calls that store's
   * `reembed`.
   */
  async reembed(embedder: Embedder, options: ReembedOptions = {}): Promise<Reembedded> {
    checkReembedding(embedder, options);
    throwIfAborted(options.signal);
    return this.#backends.longTerm.reembed(embedder, options);
  }

  /** Closes every backend after it has stored what it accepted. Idempotent. */
  async close(): Promise<void> {
    await this.#backends.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function openBackends(options: MemoryManagerOptions): Backends {
  checkOptions(options, MANAGER_OPTIONS);
  const { shortTerm, longTerm, records, knowledge, clock = systemClock } = options;
  const { shortTermTtl = 86_400, sessionTimeout = 3600, autoCleanup = true } = options;
  const { maxConversationHistory = 100, limits = {}, redact } = options;
  const { sweepInterval = 60 } = options;
  requirePart(shortTerm, "shortTerm", ["save", "get", "append", "increment", "startWorkflow"]);
  if (longTerm !== undefined) requirePart(longTerm, "longTerm", ["save", "get", "search", "erase"]);
  if (records !== undefined) requirePart(records, "records", ["append", "query", "stats", "erase"]);
  if (knowledge !== undefined) requirePart(knowledge, "knowledge", ["get", "search"]);
  checkClock(clock, "options.clock");
  if (redact !== undefined && typeof redact !== "function") {
    throw invalid("options.redact", "has to be a function that returns a record");
  }
  return new Backends({
    shortTerm,
    longTerm,
    records,
    knowledge,
    clock,
    limits: checkLimits(limits),
    shortTermTtlMs:
      shortTermTtl === null ? null : checkSeconds(shortTermTtl, "options.shortTermTtl", " or null"),
    maxConversationHistory: checkCount(
      maxConversationHistory,
      "options.maxConversationHistory",
      1,
      1_000_000,
    ),
    sessionTimeoutMs: checkSeconds(sessionTimeout, "options.sessionTimeout"),
    autoCleanup: checkFlag(autoCleanup, "options.autoCleanup"),
    redact,
    sweepIntervalMs:
      sweepInterval === null
        ? null
        : checkSeconds(sweepInterval, "options.sweepInterval", " or null"),
  });
}

function checkLimits(limits: Partial<JsonLimits>): JsonLimits {
  checkOptions(limits, JSON_LIMITS, "options.limits");
  const { maxDepth = DEFAULT_JSON_LIMITS.maxDepth, maxSize = DEFAULT_JSON_LIMITS.maxSize } = limits;
  return {
    // The copy recurses: with deeper values, the stack could overflow.
    maxDepth: checkCount(maxDepth, "options.limits.maxDepth", 1, 1000),
    maxSize: checkCount(maxSize, "options.limits.maxSize", 1, 2 ** 29),
  };
}

function requirePart(part: unknown, name: string, methods: readonly string[]): void {
  const missing = methods.find(
    (method) => typeof (part as Record<string, unknown> | undefined)?.[method] !== "function",
  );
  if (missing !== undefined) {
    throw invalid(`options.${name}`, `is not such a backend: it has no method ${missing}`);
  }
}
