import type { Problem } from "../lab/finding.ts";
import type { Attempt } from "./journal.ts";
import { claimOf } from "./marks.ts";

/** The server counts whole milliseconds, so its times may be up to one earlier than these, which are finer. */
const WHOLE_MS = 1;

interface Held {
  readonly step: string;
  readonly token: number;
  readonly who: string;
  readonly begin: number;
  readonly end: number;
  readonly ttlMs: number;
}

/**
 * Judges the claims of one lifetime: tokens increase, nobody is given a step that another holds or has done, and
 * nothing is written under a claim after a later one was given.
 */
export function judgeClaims(epoch: string, attempts: readonly Attempt[]): Problem[] {
  const problems: Problem[] = [];
  const find = (kind: Problem["kind"], message: string): void => {
    problems.push({ kind, message: `session ${epoch}: ${message}` });
  };
  const steps = Map.groupBy(attempts.flatMap(toHeld), ({ step }) => step);
  for (const [step, unordered] of steps) {
    const claims = unordered.toSorted((a, b) => a.token - b.token);
    for (const [i, later] of claims.entries()) {
      const earlier = claims[i - 1];
      if (earlier === undefined) continue;
      const both = `claims ${earlier.token} of ${earlier.who} and ${later.token} of ${later.who}`;
      if (later.token === earlier.token) {
        find("collision", `${step} has two ${both}`);
      } else if (later.end < earlier.begin) {
        find("wrong data", `${step}: of ${both}, the greater was given first`);
      } else if (later.end < heldUntil(earlier, attempts)) {
        find("collision", `${step} was given twice at the same time: ${both}`);
      }
    }
    for (const write of attempts) {
      const claim = standsOn(write);
      if (claim?.step !== step || write.result === undefined) continue;
      const later = claims.find(({ token, end }) => token > claim.token && end < write.begin);
      if (later === undefined) continue;
      const what = `${write.who} could ${write.kind} for claim ${claim.token} of ${step}`;
      find("stale write", `${what} after ${later.token} was given to ${later.who}`);
    }
    for (const done of attempts) {
      if (done.kind !== "finish" || done.step !== step || done.result === undefined) continue;
      const after = claims.find(({ begin }) => begin > (done.end ?? Infinity));
      if (after !== undefined) {
        find("collision", `${step} was given to ${after.who} after ${done.who} had completed it`);
      }
    }
  }
  return problems;
}

function toHeld(attempt: Attempt): Held[] {
  const { who, begin, end, result } = attempt;
  if (attempt.kind !== "claim" || result?.token === undefined || end === undefined) return [];
  const { step, ttlMs } = attempt;
  return [{ step, token: result.token, who, begin, end, ttlMs }];
}

/** Until when nobody else can have been given the step: the server acts between the begin and the end of a call. */
function heldUntil({ step, token, begin, ttlMs }: Held, attempts: readonly Attempt[]): number {
  let until = begin + ttlMs - WHOLE_MS;
  let givenUp = Infinity;
  for (const attempt of attempts) {
    if (!("token" in attempt) || attempt.step !== step || attempt.token !== token) continue;
    if (attempt.kind === "renew") {
      if (attempt.result !== undefined)
        until = Math.max(until, attempt.begin + attempt.ttlMs - WHOLE_MS);
    } else {
      givenUp = Math.min(givenUp, attempt.begin);
    }
  }
  return Math.min(until, givenUp);
}

/** The claim that a write depends on. */
function standsOn(attempt: Attempt): { readonly step: string; readonly token: number } | undefined {
  if (attempt.kind === "say") return claimOf(attempt.message);
  if (attempt.kind === "save") return attempt.claim;
  return attempt.kind === "renew" ? attempt : undefined;
}
