import type { Problem } from "../lab/finding.ts";
import { Ledger } from "../long-term/ledger.ts";
import type { Attempt } from "./journal.ts";
import { markOf } from "./marks.ts";

type Change = Extract<Attempt, { kind: "save" | "drop" }>;

/** Tolerance between the moment when the server looks at its clock and the reader's. */
const SLACK_MS = 100;

/**
 * Judges the entries of one lifetime: what was acknowledged last is there, what has expired is not, and nothing is from
 * another lifetime.
 */
export function judgeEntries(epoch: string, attempts: readonly Attempt[]): Problem[] {
  const ledger = new Ledger();
  for (const changes of byKey(attempts).values()) {
    for (const change of changes) {
      const { begin, end = Infinity, result } = change;
      const key = nameOf(change.place, change.key);
      const state = change.kind === "save" ? change.value : null;
      ledger.add({ key, state, begin, end: result === undefined ? Infinity : end });
      const expiry = expiryOf(change, changes);
      if (expiry !== undefined) ledger.add({ key, state: null, ...expiry });
    }
  }
  return attempts.flatMap((attempt) => {
    const found = attempt.result?.found;
    return found === undefined ? [] : judgeFound(epoch, attempt, ledger);
  });
}

function byKey(attempts: readonly Attempt[]): Map<string, Change[]> {
  const changes = new Map<string, Change[]>();
  for (const attempt of attempts) {
    if (attempt.kind !== "save" && attempt.kind !== "drop") continue;
    // A change that was certainly refused has no effect.
    if (attempt.refusal?.outcome === "not-applied") continue;
    const key = nameOf(attempt.place, attempt.key);
    const there = changes.get(key);
    if (there === undefined) changes.set(key, [attempt]);
    else there.push(attempt);
  }
  return changes;
}

/** When an entry expires, as far as that is certain; `undefined` if it does not, or was replaced before. */
function expiryOf(
  change: Change,
  changes: readonly Change[],
): { readonly begin: number; readonly end: number } | undefined {
  if (change.kind !== "save" || change.ttlMs === undefined) return undefined;
  const begin = change.begin + change.ttlMs - SLACK_MS;
  const end = (change.end ?? Infinity) + change.ttlMs + SLACK_MS;
  const later = changes.filter((other) => other !== change && other.begin >= change.begin);
  if (later.some((other) => other.result !== undefined && (other.end ?? Infinity) < begin)) {
    return undefined;
  }
  const isCertain = change.result !== undefined && later.every((other) => other.begin > end);
  return { begin, end: isCertain ? end : Infinity };
}

function judgeFound(
  epoch: string,
  { result, begin, end = Infinity, who }: Attempt,
  ledger: Ledger,
): Problem[] {
  const problems: Problem[] = [];
  const mark = markOf(epoch);
  const states = new Map<string, string>();
  for (const [place, key, value] of result?.found ?? []) {
    states.set(nameOf(place, key), value);
    if (!key.includes(mark) || !value.startsWith(mark)) {
      const message = `session ${epoch}: ${who} found ${key} with "${value}" of another session`;
      problems.push({ kind: "escaped", message });
    }
  }
  for (const key of new Set([...ledger.keys(), ...states.keys()])) {
    const objection = ledger.objection(key, states.get(key) ?? null, [begin, end]);
    if (objection === undefined) continue;
    const message = `session ${epoch}: ${objection.message} (read by ${who})`;
    problems.push({ kind: objection.kind, message });
  }
  return problems;
}

function nameOf(place: string, key: string): string {
  return `${place} ${key}`;
}
