import type { Subject } from "../lab/fault.ts";
import type { Found, Journal, Read } from "./journal.ts";

export const TIMEOUT_MS = 1_000;
export const SWEEP_MS = 500;
/** The time within which a call to Redis settles. */
export const CALL_MS = 3_000;
export const PLACES = ["team", "agent-0", "agent-1"] as const;
export type Place = (typeof PLACES)[number];
/** The agent id under which the start and the end of a session, and what agents do in it, are recorded. */
export const RECORDER = "recorder";

export interface LabMemory {
  readonly subject: Subject;
  /** The URL of Redis; absent: the memory is in this process. */
  readonly url?: string;
  /** Where the audit trail is. */
  readonly records: string;
  /** The file of long-term memory, which has the kept conversations. */
  readonly longTerm?: string;
}

/** The part of a claim that the lab uses. */
export interface LabClaim {
  readonly token: number;
  renew(): Promise<unknown>;
  finish(): Promise<unknown>;
  free(): Promise<unknown>;
  /** These resolve as they do without a claim, if the claim is still held. */
  say(message: string, text: string): Promise<number>;
  save(place: Place, key: string, value: string): Promise<unknown>;
}

/** The part of a session that the lab uses, as one of its members. */
export interface LabSession {
  readonly workflowId: string;
  readonly epoch: string;
  readonly created: boolean;
  /** Resolves with the position of the message. */
  say(message: string, text: string): Promise<number>;
  edit(message: string, text: string): Promise<unknown>;
  remove(message: string): Promise<unknown>;
  history(limit?: number): Promise<readonly Read[]>;
  save(place: Place, key: string, value: string, ttlMs?: number): Promise<unknown>;
  drop(place: Place, key: string): Promise<unknown>;
  /** The entries of every place. */
  entries(): Promise<readonly Found[]>;
  /** Yields each state of an entry of the team that it sees; `null` if there is none. */
  watch(key: string, signal: AbortSignal): AsyncIterable<string | null>;
  claim(step: string, ttlMs: number): Promise<LabClaim | undefined>;
  record(): Promise<unknown>;
  summary(): Promise<unknown>;
  end(): Promise<unknown>;
  leave(): Promise<unknown>;
}

export interface JoinOptions {
  readonly join: "never" | "if-exists" | "must-exist";
  readonly isRecorded: boolean;
  /** Ends the session when it fires. */
  readonly signal?: AbortSignal;
  /** Whether messages are kept in long-term memory, too. */
  readonly keepsConversation?: boolean;
}

export interface LabSessions {
  join(workflowId: string, options: JoinOptions): Promise<LabSession>;
  /** The number of entries and of live sessions. */
  stats(): Promise<{ readonly entries: number; readonly sessions: number }>;
  close(): Promise<unknown>;
}

export async function openLabSessions(memory: LabMemory, journal: Journal): Promise<LabSessions> {
  if (memory.subject === "raw") {
    const { openRawSessions } = await import("./raw-sessions.ts");
    return openRawSessions(memory, journal);
  }
  const { openMemSessions } = await import("./mem-sessions.ts");
  return openMemSessions(memory, journal);
}
