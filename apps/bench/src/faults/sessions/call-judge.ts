import type { Problem } from "../lab/finding.ts";
import type { Attempt } from "./journal.ts";
import { CALL_MS } from "./lab-sessions.ts";

/** What was done to a process, or to the server that all of them use. */
export interface Blow {
  /** Absent: the server. */
  readonly who?: string;
  readonly kind: "killed" | "terminated" | "paused" | "cut off" | "lost";
  readonly begin: number;
  /** When it was over; absent: never. */
  readonly end?: number;
}

/** The codes with which calls may be refused at any time: they tell how things are. */
const TELLING = new Set([
  "MEM_SESSION_ENDED",
  "MEM_SESSION_EXISTS",
  "MEM_NOT_FOUND",
  "MEM_CONFLICT",
  "MEM_ABORTED",
]);
/** The blows that end a process. */
export const MORTAL: ReadonlySet<Blow["kind"]> = new Set(["killed", "terminated"]);
/** The codes with which calls may also be refused while the server can't be reached. */
const UNREACHABLE = new Set(["MEM_UNAVAILABLE", "MEM_TIMEOUT", "MEM_CAPACITY"]);
/** How late a call with a deadline may settle on a busy machine. */
const SLACK_MS = 2_000;
/** How long it may take until a process that was struck has a connection again. */
const RECOVERY_MS = 5_000;

/** Judges how calls were answered: each has to be answered in time, and a refusal has to say why. */
export function judgeCalls(attempts: readonly Attempt[], blows: readonly Blow[]): Problem[] {
  return attempts.flatMap((attempt) => {
    const struck = blows.filter((blow) => isConcerned(attempt, blow));
    const problem = judgeCall(attempt, struck);
    if (problem === undefined) return [];
    const took =
      attempt.end === undefined ? "" : ` after ${Math.round(attempt.end - attempt.begin)} ms`;
    return [{ ...problem, message: `${attempt.who} ${attempt.kind}${took}: ${problem.message}` }];
  });
}

function judgeCall(attempt: Attempt, struck: readonly Blow[]): Problem | undefined {
  const { begin, end, refusal } = attempt;
  if (end === undefined) {
    if (struck.some(({ kind }) => MORTAL.has(kind))) return undefined;
    return { kind: "stuck", message: "it was never answered" };
  }
  if (refusal !== undefined) {
    const isTold =
      TELLING.has(refusal.code) || (UNREACHABLE.has(refusal.code) && struck.length > 0);
    if (!isTold) return { kind: "failed call", message: `${refusal.code}, ${refusal.message}` };
  }
  // A paused process takes longer, and so does a call that asks again and again.
  const isLong =
    attempt.kind === "entries" ||
    attempt.kind === "watch" ||
    struck.some(({ kind }) => kind === "paused");
  if (!isLong && end - begin > CALL_MS + SLACK_MS) {
    return { kind: "stuck", message: "it was answered too late" };
  }
  return undefined;
}

/** Whether a blow may have affected a call. */
export function isConcerned({ who, begin, end = Infinity }: Attempt, blow: Blow): boolean {
  if (blow.who !== undefined && blow.who !== who) return false;
  return end >= blow.begin && begin <= (blow.end ?? Infinity) + RECOVERY_MS;
}
