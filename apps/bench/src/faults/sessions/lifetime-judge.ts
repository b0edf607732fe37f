import type { ExecutionRecord } from "@mem/core";
import type { Problem } from "../lab/finding.ts";
import type { Blow } from "./call-judge.ts";
import { judgeEnd } from "./end-judge.ts";
import type { Attempt } from "./journal.ts";

type Join = Extract<Attempt, { kind: "join" }>;

/** One lifetime of a session. */
export interface Lifetime {
  readonly epoch: string;
  readonly workflowId: string;
  readonly isRecorded: boolean;
  /** The joins that were told that they created it: one, or none if its process died of it. */
  readonly created: readonly Attempt[];
  /** The creating join, or else the first one. */
  readonly start: Attempt;
}

/** Everything that is known about a run of the lab. */
export interface Case {
  readonly attempts: readonly Attempt[];
  readonly blows: readonly Blow[];
  readonly records: readonly ExecutionRecord[];
}

export function lifetimesOf(attempts: readonly Attempt[]): readonly Lifetime[] {
  const joins = attempts.flatMap((attempt) =>
    attempt.kind === "join" && attempt.result !== undefined ? [attempt] : [],
  );
  return [...Map.groupBy(joins, ({ result }) => result?.epoch ?? "")].map(([epoch, of]) => {
    const [first] = of.toSorted((a, b) => a.begin - b.begin) as [Join];
    const created = of.filter(({ result }) => result?.created === true);
    const { workflowId, isRecorded } = first;
    return { epoch, workflowId, isRecorded, created, start: created[0] ?? first };
  });
}

/**
 * Judges the lifetimes themselves, once all of them are over: each has one start and one end, which one process was
 * told of and recorded; and nothing is done in one that is over.
 */
export function judgeLifetimes(known: Case): Problem[] {
  const lifetimes = lifetimesOf(known.attempts);
  const problems: Problem[] = [];
  for (const lifetime of lifetimes) {
    const { epoch, created } = lifetime;
    if (created.length > 1) {
      const both = created.map(({ who }) => who).join(" and ");
      problems.push({ kind: "duplicate", message: `session ${epoch} was created by ${both}` });
    }
    problems.push(...judgeEnd(lifetime, known), ...judgeFence(lifetime, lifetimes, known));
  }
  return problems;
}

/**
 * Nothing may be done in a lifetime after its end was reported, the server lost it, or another one began in its place.
 */
function judgeFence(
  { epoch, workflowId, start }: Lifetime,
  lifetimes: readonly Lifetime[],
  { attempts, blows }: Case,
): Problem[] {
  const overs: (readonly [at: number, what: string])[] = [
    ...attempts.flatMap(({ result, end = Infinity, who }) =>
      result?.over?.includes(epoch) === true ? [[end, `${who} was told of its end`] as const] : [],
    ),
    ...blows.flatMap(({ kind, begin, end = Infinity }) =>
      kind === "lost" && begin > (start.end ?? 0) ? [[end, "the server lost it"] as const] : [],
    ),
    ...lifetimes.flatMap((other) =>
      other.workflowId === workflowId && other.start.begin > (start.end ?? Infinity)
        ? [[other.start.end ?? Infinity, `session ${other.epoch} followed it`] as const]
        : [],
    ),
  ];
  const [over] = overs.toSorted(([a], [b]) => a - b);
  if (over === undefined) return [];
  const late = attempts.filter(
    ({ epoch: of, begin, kind, result }) =>
      of === epoch && result !== undefined && begin > over[0] && !ENDS.has(kind),
  );
  return late.slice(0, 3).map(({ who, kind }) => ({
    kind: "stale write",
    message: `session ${epoch}: ${who} could ${kind} in it after ${over[1]}`,
  }));
}

/** It is harmless to end what has ended, to stop waiting for it, and to give up what is not held. */
const ENDS = new Set<Attempt["kind"]>(["end", "leave", "abort", "clean", "watch", "free"]);
