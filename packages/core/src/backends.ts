import { notConfigured } from "./checks.ts";
import type { Clock } from "./clock.ts";
import { MemoryError } from "./errors.ts";
import type { JsonLimits } from "./json.ts";
import type { Knowledge } from "./knowledge.ts";
import type { LongTermStore } from "./long-term-store.ts";
import type { RecordRedaction } from "./redaction.ts";
import type { RecordStore } from "./record-store.ts";
import type { ShortTermBackend } from "./short-term-backend.ts";
import { UpdateTurns } from "./update-turns.ts";
import { ExpiredSessions } from "./workflow/expired-sessions.ts";
import { SessionSweeper } from "./workflow/session-sweeper.ts";

/** The parts of a manager, shared by all its handles; once it is closed, access to its backends is refused. */
export class Backends {
  readonly clock: Clock;
  readonly limits: JsonLimits;
  /** In milliseconds; `null`: never expires. */
  readonly shortTermTtlMs: number | null;
  readonly maxConversationHistory: number;
  readonly sessionTimeoutMs: number;
  readonly autoCleanup: boolean;
  readonly redact: RecordRedaction | undefined;
  readonly updates: UpdateTurns = new UpdateTurns();
  /** Reports sessions that timed out. */
  readonly expired: ExpiredSessions;
  readonly sweeper: SessionSweeper;
  /** Called when this closes, to wake calls that wait for something to happen. */
  readonly waiting: Set<() => void> = new Set<() => void>();
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
    readonly redact: RecordRedaction | undefined;
    readonly sweepIntervalMs: number | null;
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
    this.redact = parts.redact;
    this.expired = new ExpiredSessions(parts);
    this.sweeper = new SessionSweeper(parts, this.expired);
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

  /** The configured backends, by the names of their options. */
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

  /** Closes every backend, even if others fail to close. */
  async #closeAll(): Promise<void> {
    for (const wake of this.waiting) wake();
    // Must finish first: timeouts that the sweeper has taken are reported to nobody else.
    await this.sweeper.close();
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
