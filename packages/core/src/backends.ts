import { notConfigured } from "./checks.ts";
import type { Clock } from "./clock.ts";
import { MemoryError } from "./errors.ts";
import type { JsonLimits } from "./json.ts";
import type { Knowledge } from "./knowledge.ts";
import type { LongTermStore } from "./long-term-store.ts";
import type { RecordStore } from "./record-store.ts";
import type { ShortTermBackend } from "./short-term-backend.ts";
import { UpdateTurns } from "./update-turns.ts";

/** What a manager holds, shared by all its handles, and refused to them once it is closed. */
export class Backends {
  readonly clock: Clock;
  readonly limits: JsonLimits;
  /** Milliseconds, or `null` for ever. */
  readonly shortTermTtlMs: number | null;
  readonly maxConversationHistory: number;
  readonly sessionTimeoutMs: number;
  readonly autoCleanup: boolean;
  readonly updates: UpdateTurns = new UpdateTurns();
  readonly #shortTerm: ShortTermBackend;
  readonly #longTerm: LongTermStore | undefined;
  readonly #records: RecordStore | undefined;
  readonly #knowledge: Knowledge | undefined;
  #closing: Promise<void> | undefined;

  constructor(parts: {
    readonly shortTerm: ShortTermBackend;
    readonly longTerm: LongTermStore | undefined;
    readonly records: RecordStore | undefined;
    readonly knowledge: Knowledge | undefined;
    readonly clock: Clock;
    readonly limits: JsonLimits;
    readonly shortTermTtlMs: number | null;
    readonly maxConversationHistory: number;
    readonly sessionTimeoutMs: number;
    readonly autoCleanup: boolean;
  }) {
    this.#shortTerm = parts.shortTerm;
    this.#longTerm = parts.longTerm;
    this.#records = parts.records;
    this.#knowledge = parts.knowledge;
    this.clock = parts.clock;
    this.limits = parts.limits;
    this.shortTermTtlMs = parts.shortTermTtlMs;
    this.maxConversationHistory = parts.maxConversationHistory;
    this.sessionTimeoutMs = parts.sessionTimeoutMs;
    this.autoCleanup = parts.autoCleanup;
  }

  get shortTerm(): ShortTermBackend {
    this.#refuseClosed();
    return this.#shortTerm;
  }

  get longTerm(): LongTermStore {
    this.#refuseClosed();
    if (this.#longTerm === undefined) throw notConfigured("long-term memory", "longTerm");
    return this.#longTerm;
  }

  get records(): RecordStore {
    this.#refuseClosed();
    if (this.#records === undefined) throw notConfigured("execution records", "records");
    return this.#records;
  }

  get knowledge(): Knowledge {
    this.#refuseClosed();
    if (this.#knowledge === undefined) throw notConfigured("shared knowledge", "knowledge");
    return this.#knowledge;
  }

  /** Those that are there, by the name of their option. */
  get configured(): {
    readonly shortTerm: ShortTermBackend;
    readonly longTerm?: LongTermStore;
    readonly records?: RecordStore;
    readonly knowledge?: Knowledge;
  } {
    this.#refuseClosed();
    return {
      shortTerm: this.#shortTerm,
      ...(this.#longTerm && { longTerm: this.#longTerm }),
      ...(this.#records && { records: this.#records }),
      ...(this.#knowledge && { knowledge: this.#knowledge }),
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  /** Every one gets its chance to close, whatever became of the others. */
  async #closeAll(): Promise<void> {
    const parts = [this.#shortTerm, this.#longTerm, this.#records, this.#knowledge];
    const results = await Promise.allSettled(parts.map(async (part) => part?.close()));
    const causes = results.flatMap((result) =>
      result.status === "rejected" ? [result.reason] : [],
    );
    if (causes.length > 0) {
      throw new MemoryError("MEM_UNAVAILABLE", `${causes.length} of the backends failed to close`, {
        cause: causes.length === 1 ? causes[0] : new AggregateError(causes),
        outcome: "unknown",
      });
    }
  }

  #refuseClosed(): void {
    if (this.#closing !== undefined) throw new MemoryError("MEM_CLOSED", "this memory is closed");
  }
}
