import { Backends } from "./backends.ts";
import { checkCount, checkFlag, checkOptionNames, checkOptions, checkSeconds } from "./checks.ts";
import { systemClock, type Clock } from "./clock.ts";
import type { Embedder } from "./embedder.ts";
import { invalid, throwIfAborted } from "./errors.ts";
import { DEFAULT_JSON_LIMITS, type JsonLimits } from "./json.ts";
import type { Knowledge } from "./knowledge.ts";
import type { LongTermStore } from "./long-term-store.ts";
import type { Memory } from "./memory.ts";
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
  /** Without it, execution records reject with `MEM_NOT_CONFIGURED`. */
  readonly records?: RecordStore | undefined;
  /** Without it, calls with `memoryType: "shared"` reject with `MEM_NOT_CONFIGURED`. */
  readonly knowledge?: Knowledge | undefined;
  /** Default `"default"`. */
  readonly tenantId?: string;
  /** Seconds that a short-term entry lives unless it says otherwise; `null`: for ever. Default 86,400, a day. */
  readonly shortTermTtl?: number | null;
  /** How many messages of a conversation are kept, 1 to 1,000,000. Default 100. */
  readonly maxConversationHistory?: number;
  /** Seconds without use after which a session ends by itself, unless it says otherwise. Default 3,600, an hour. */
  readonly sessionTimeout?: number;
  /** Whether the end of a session removes its short-term data, unless it says otherwise. Default `true`. */
  readonly autoCleanup?: boolean;
  /** How deep and how large a value may be. Default 200 levels and 8,388,608 characters of JSON. */
  readonly limits?: Partial<JsonLimits>;
  /** Where time stamps come from. Default: the machine's clock. */
  readonly clock?: Clock;
}

const OPTION_NAMES = [
  "shortTerm",
  "longTerm",
  "records",
  "knowledge",
  "tenantId",
  "shortTermTtl",
  "maxConversationHistory",
  "sessionTimeout",
  "autoCleanup",
  "limits",
  "clock",
];

/** By its interface: what implements the verbs knows less about types than their signatures say. */
const OwnTenant: new (backends: Backends, tenantId: string) => Memory = TenantMemory;

/**
 * The memory of a team of agents: one face over the backends it is given, which it owns and closes.
 *
 * Nothing connects before the first call. Every method rejects with a `MemoryError`; after `close()` with
 * `MEM_CLOSED`.
 */
export class MemoryManager extends OwnTenant implements AsyncDisposable {
  readonly #backends: Backends;

  /** Throws `MEM_INVALID_ARGUMENT` for a bad or unknown option. */
  constructor(options: MemoryManagerOptions) {
    const backends = openBackends(options);
    super(backends, options.tenantId ?? "default");
    this.#backends = backends;
  }

  /** The memory of another tenant, on the same backends. */
  forTenant(tenantId: string): Memory {
    return new TenantMemory(this.#backends, tenantId);
  }

  /**
   * Reads all of long-term memory, of every tenant, and checks it. What is damaged is reported, not rejected; takes as
   * long as reading it all does.
   */
  async verify(options: { readonly signal?: AbortSignal } = {}): Promise<Verification> {
    checkOptions(options);
    const { signal } = options;
    throwIfAborted(signal);
    return this.#backends.longTerm.verify(signal === undefined ? {} : { signal });
  }

  /**
   * Makes every vector of long-term memory anew, of every tenant, by another embedder, while all of it is used as before,
   * then goes over to that embedder for good: open the store with it from then on. Whoever stops it, by the signal or a
   * kill, loses nothing: the next attempt goes on where it stopped. Rejects with `MEM_EMBEDDING` where the embedder fails.
   * The knowledge has a store of its own, whose `reembed` its operator calls.
   */
  async reembed(embedder: Embedder, options: ReembedOptions = {}): Promise<Reembedded> {
    checkReembedding(embedder, options);
    throwIfAborted(options.signal);
    return this.#backends.longTerm.reembed(embedder, options);
  }

  /** Closes every backend, once they have stored what they accepted. Idempotent. */
  async close(): Promise<void> {
    await this.#backends.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function openBackends(options: MemoryManagerOptions): Backends {
  if (typeof options !== "object" || options === null) throw invalid("options", "are missing");
  checkOptionNames(options, OPTION_NAMES, "options");
  const { shortTerm, longTerm, records, knowledge, clock = systemClock } = options;
  const { shortTermTtl = 86_400, sessionTimeout = 3600, autoCleanup = true } = options;
  const { maxConversationHistory = 100, limits = {} } = options;
  requirePart(shortTerm, "shortTerm", ["save", "get", "append", "increment", "startWorkflow"]);
  if (longTerm !== undefined) requirePart(longTerm, "longTerm", ["save", "get", "search", "erase"]);
  if (records !== undefined) requirePart(records, "records", ["append", "query"]);
  if (knowledge !== undefined) requirePart(knowledge, "knowledge", ["get", "search"]);
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
  });
}

function checkLimits(limits: Partial<JsonLimits>): JsonLimits {
  checkOptionNames(limits, Object.keys(DEFAULT_JSON_LIMITS), "options.limits");
  const { maxDepth = DEFAULT_JSON_LIMITS.maxDepth, maxSize = DEFAULT_JSON_LIMITS.maxSize } = limits;
  return {
    // The walk recurses: beyond this the stack could end before the value does.
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
