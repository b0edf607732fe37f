import type { Problem } from "../lab/finding.ts";
import { isConcerned, MORTAL } from "./call-judge.ts";
import type { Attempt } from "./journal.ts";
import { TIMEOUT_MS } from "./lab-sessions.ts";
import type { Case, Lifetime } from "./lifetime-judge.ts";

/** How long it may take to end a session after it was asked for, on a busy machine. */
const AT_ONCE_MS = 2_000;

/** Judges the end of one lifetime: one process is told of it, and records it. */
export function judgeEnd(lifetime: Lifetime, known: Case): Problem[] {
  const { epoch } = lifetime;
  const cleanUps = known.attempts.filter(({ result }) => result?.over?.includes(epoch) === true);
  const [cleanUp, second] = cleanUps;
  if (second !== undefined) {
    const who = cleanUps.map((each) => each.who).join(" and ");
    return [problem("duplicate", epoch, `its end was reported to ${who}`)];
  }
  if (cleanUp?.epoch !== undefined && cleanUp.epoch !== epoch) {
    const message = `it was ended by ${cleanUp.who}, a member of session ${cleanUp.epoch}`;
    return [problem("stale write", epoch, message)];
  }
  const lastUse = lastUseOf(lifetime, known.attempts);
  const problems = judgeRecords(lifetime, cleanUp, known);
  const asked = askedToEnd(lifetime, known).find(
    ({ begin }) => begin < Math.min(lastUse + TIMEOUT_MS, cleanUp?.begin ?? Infinity),
  );
  if (cleanUp === undefined) {
    if (!mayHaveBeenTaken(epoch, lastUse, known)) {
      problems.push(problem("lost", epoch, "nobody was told that it is over"));
    }
  } else if (asked !== undefined) {
    const isEnded = cleanUp.kind === "clean" && cleanUp.by === "end";
    if (!isEnded || cleanUp.begin > asked.begin + AT_ONCE_MS) {
      problems.push(problem("lost", epoch, `${asked.who}'s signal did not end it`));
    }
  }
  return problems;
}

function problem(kind: Problem["kind"], epoch: string, message: string): Problem {
  return { kind, message: `session ${epoch}: ${message}` };
}

function judgeRecords(
  { epoch, isRecorded, created }: Lifetime,
  cleanUp: Attempt | undefined,
  { blows, records }: Case,
): Problem[] {
  const own = records.filter(({ metadata }) => metadata?.["runId"] === epoch);
  const ends = own.filter(({ status }) => status !== "started").length;
  const starts = own.length - ends;
  const problems: Problem[] = [];
  for (const [what, count] of Object.entries({ start: starts, end: ends })) {
    if (count < 2) continue;
    problems.push(problem("duplicate", epoch, `its ${what} was recorded ${count} times`));
  }
  if (!isRecorded) return problems;
  if (starts < created.length) problems.push(problem("lost", epoch, "its start is not recorded"));
  const hasDied = blows.some(
    ({ kind, who, begin }) =>
      kind === "killed" && who === cleanUp?.who && begin > (cleanUp?.begin ?? Infinity),
  );
  if (cleanUp !== undefined && ends === 0 && !hasDied) {
    const message = `its end was reported to ${cleanUp.who}, but is not recorded`;
    problems.push(problem("lost", epoch, message));
  }
  return problems;
}

/** The signals, of either kind, that its creators got and could act on. */
function askedToEnd(
  { epoch, created }: Lifetime,
  { attempts, blows }: Case,
): readonly { readonly who: string; readonly begin: number }[] {
  const creators = new Set(created.map(({ who }) => who));
  const aborts = attempts.filter(
    (attempt) =>
      attempt.kind === "abort" &&
      attempt.epoch === epoch &&
      !blows.some((blow) => isConcerned({ ...attempt, end: attempt.begin + AT_ONCE_MS }, blow)),
  );
  const signals = blows.flatMap(({ kind, who, begin }) =>
    kind === "terminated" && who !== undefined ? [{ who, begin }] : [],
  );
  return [...aborts, ...signals].filter(({ who }) => creators.has(who));
}

/** Whether the process that took the end may not have told: a process or the server died, or the answer was lost. */
function mayHaveBeenTaken(epoch: string, lastUse: number, { attempts, blows }: Case): boolean {
  const hasDied = blows.some(
    ({ kind, begin }) => (MORTAL.has(kind) || kind === "lost") && begin > lastUse,
  );
  const isUnheard = attempts.some(
    (attempt) =>
      attempt.kind === "clean" &&
      attempt.refusal?.outcome === "unknown" &&
      (attempt.epoch ?? epoch) === epoch &&
      (attempt.end ?? 0) > lastUse,
  );
  return hasDied || isUnheard;
}

function lastUseOf({ epoch, start }: Lifetime, attempts: readonly Attempt[]): number {
  const uses = attempts.filter(
    ({ epoch: of, kind, result }) => of === epoch && result !== undefined && !ENDS.has(kind),
  );
  return Math.max(start.begin, ...uses.map(({ begin }) => begin));
}

const ENDS = new Set<Attempt["kind"]>(["end", "leave", "abort", "clean", "free"]);
