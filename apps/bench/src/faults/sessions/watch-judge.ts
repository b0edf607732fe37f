import type { Problem } from "../lab/finding.ts";
import { Ledger } from "../long-term/ledger.ts";
import type { Blow } from "./call-judge.ts";
import type { Attempt } from "./journal.ts";
import { TIMEOUT_MS } from "./lab-sessions.ts";

/** Tolerance for a busy process. */
const SLACK_MS = 1_000;
/** A watcher looks by itself at least three times per timeout. */
export const LOOK_MS = TIMEOUT_MS / 3 + SLACK_MS;

/**
 * Judges what those saw who watched an entry of one lifetime until they were told to stop: they may miss states in
 * between, but not the last one.
 */
export function judgeWatches(
  epoch: string,
  attempts: readonly Attempt[],
  blows: readonly Blow[],
): Problem[] {
  const ledger = new Ledger();
  for (const attempt of attempts) {
    if (attempt.kind !== "save" || attempt.refusal?.outcome === "not-applied") continue;
    const { key, value: state, begin, end = Infinity, result } = attempt;
    ledger.add({ key, state, begin, end: result === undefined ? Infinity : end });
  }
  return attempts.flatMap((attempt) => {
    const { who, begin, end, result } = attempt;
    if (attempt.kind !== "watch" || result?.seen === undefined || end === undefined) return [];
    if (end - begin < LOOK_MS || blows.some((blow) => mayHaveHidden(blow, attempt))) return [];
    const objection = ledger.objection(attempt.key, result.seen, [end - LOOK_MS, end]);
    if (objection === undefined) return [];
    const message = `session ${epoch}: ${who} waited, and ${objection.message}`;
    return [{ kind: objection.kind, message }];
  });
}

function mayHaveHidden({ who, begin, end = Infinity }: Blow, watch: Attempt): boolean {
  if (who !== undefined && who !== watch.who) return false;
  return begin < (watch.end ?? Infinity) && end > watch.begin;
}
