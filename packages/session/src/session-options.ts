import {
  checkOptions,
  MemoryError,
  type ForkOptions,
  type JsonInput,
  type Memory,
  type NamesOf,
} from "@mem/core";
import { LANGUAGE_NAMES, type LanguageName } from "@mem/search";
import { checkSignals, type EndingSignal } from "./process-signals.ts";

/** How a member takes part in a session. */
export interface MemberOptions {
  /** Whether ending the session removes its short-term data; if not, it stays until its TTL. Default: the manager's. */
  readonly autoCleanup?: boolean;
  /** The language of the messages, for searching a conversation that is not kept. Default `"english"`. */
  readonly language?: LanguageName;
  /**
   * Signals of the process that end the session if this member created it; `true`: `SIGINT` and `SIGTERM`. Once all
   * sessions of the process that handle the signal have ended, the process terminates by it, unless the signal has
   * other listeners. If the signal comes again more than a second later, this happens at once. The signal is handled
   * until this member ends or leaves the session, so do either. Default: none.
   */
  readonly signals?: boolean | readonly EndingSignal[];
  /**
   * Ends the session if this member created it, otherwise leaves it. If it fires before the session has started,
   * starting rejects with `MEM_ABORTED`, after ending whatever was under way. Listened to for as long as `signals` are.
   */
  readonly signal?: AbortSignal;
}

export interface SessionOptions extends MemberOptions {
  /** The manager, or one of its tenants: where the session's memory is kept. */
  readonly memory: Memory;
  /** Identifies the run of the team. Default: a random id. */
  readonly workflowId?: string;
  /** Facts about the run, as set by the member that created the session. */
  readonly metadata?: { readonly [key: string]: JsonInput };
  /** Seconds without use after which the session ends. Default: the manager's `sessionTimeout`, an hour unless set. */
  readonly timeout?: number;
  /**
   * Whether messages are also kept in long-term memory, so that `searchConversation` finds them after the end and
   * beyond `maxConversationHistory`. The member that creates the session decides: joining with another value rejects
   * with `MEM_CONFLICT`. Default `false`; when joining, whatever the session was created with.
   */
  readonly keepConversation?: boolean;
  /**
   * What to do if a session of this workflow is live: `"never"` (the default) rejects with `MEM_SESSION_EXISTS`,
   * `"if-exists"` joins it, `"must-exist"` joins it and rejects with `MEM_NOT_FOUND` if none is.
   */
  readonly join?: "never" | "if-exists" | "must-exist";
  /**
   * Records the session's own start and end in the audit trail, as records of this agent: `started` by the member that
   * creates it; `success` by the member that ends it, with the summary as output and the duration in milliseconds;
   * `error` if the body of `withSession` threw; `cancelled` if a signal or its timeout ended it. The member that
   * creates the session decides: joining with another value rejects with `MEM_CONFLICT`. Default: not recorded; when
   * joining, whatever the session was created with.
   */
  readonly recordAs?: string;
}

/** Options of a fork: `through` is the position of the last message to copy; default: the latest. */
export interface ForkSessionOptions
  extends Omit<SessionOptions, "memory" | "join">, Pick<ForkOptions, "through"> {}

/** The options of a new session, wherever its memory is. */
const START_OPTIONS: NamesOf<Omit<SessionOptions, "memory" | "join">> = {
  workflowId: true,
  metadata: true,
  timeout: true,
  keepConversation: true,
  recordAs: true,
  autoCleanup: true,
  language: true,
  signals: true,
  signal: true,
};

export const SESSION_OPTIONS: NamesOf<SessionOptions> = {
  memory: true,
  ...START_OPTIONS,
  join: true,
};

export const FORK_SESSION_OPTIONS: NamesOf<ForkSessionOptions> = {
  ...START_OPTIONS,
  through: true,
};

export interface CheckedMember {
  readonly autoCleanup: boolean | undefined;
  readonly language: LanguageName;
  readonly signals: readonly EndingSignal[];
  readonly signal: AbortSignal | undefined;
}

/** Separates the member's options, checked before any call to the backend, from the others. */
export function takeMemberOptions<Options extends MemberOptions>(
  options: Options,
  known: NamesOf<NoInfer<Options>>,
): { readonly member: CheckedMember; readonly others: Omit<Options, keyof MemberOptions> } {
  checkOptions(options, known);
  const { autoCleanup, language = "english", signals = false, signal, ...others } = options;
  if (autoCleanup !== undefined && typeof autoCleanup !== "boolean") {
    throw invalid("options.autoCleanup", "has to be true or false");
  }
  if (!LANGUAGE_NAMES.includes(language)) {
    throw invalid("options.language", `has to be one of ${LANGUAGE_NAMES.join(", ")}`);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw invalid("options.signal", "is no AbortSignal");
  }
  return { member: { autoCleanup, language, signals: checkSignals(signals), signal }, others };
}

export function invalid(path: string, problem: string): MemoryError {
  return new MemoryError("MEM_INVALID_ARGUMENT", `${path} ${problem}`, { path });
}
