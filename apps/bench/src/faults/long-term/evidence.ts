import { countOf, scope } from "./content.ts";
import { inspect } from "./inspection.ts";
import type { Problem } from "../lab/finding.ts";
import type { Attempt } from "./journal.ts";
import type { LabStore } from "./lab-store.ts";
import { Ledger } from "./ledger.ts";

interface Tally {
  /** The value at the last inspection, when nothing was in progress. */
  base: number;
  acknowledged: number;
  /** Increments that were never answered. */
  unanswered: number;
  /** The versions that acknowledged increments followed. */
  readonly followed: Map<string | null, string>;
}

/** Everything that the processes of a lab have tried, and what follows from it. */
export class Evidence {
  readonly ledger: Ledger = new Ledger();
  readonly #tallies = new Map<string, Tally>();
  readonly #allowedCodes: ReadonlySet<string>;
  #acknowledged = 0;

  /** `allowedCodes`: the error codes with which calls may be refused. */
  constructor(allowedCodes: readonly string[] = []) {
    this.#allowedCodes = new Set(allowedCodes);
  }

  /** The number of acknowledged changes. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Adds what all processes have tried since the last call; returns the contradictions in it. */
  take(attempts: readonly Attempt[]): Problem[] {
    const problems = attempts.flatMap((attempt) => this.#record(attempt));
    // Reads can be judged only when all changes are known.
    for (const { id, key, begin, end, result } of attempts) {
      if (result === undefined || !("found" in result) || key === "") continue;
      if (result.torn) {
        problems.push({ kind: "wrong data", message: `${id} read ${key}: not what was written` });
      }
      const objection = this.ledger.objection(key, result.found, [begin, end ?? Infinity]);
      if (objection === undefined) continue;
      problems.push({ kind: objection.kind, message: `${id} read: ${objection.message}` });
    }
    return problems;
  }

  /** Reads everything while nobody writes. */
  async inspect(store: LabStore): Promise<Problem[]> {
    const problems = await inspect(store, this.ledger);
    const keys = [...this.#tallies.keys()];
    const entries = keys.length === 0 ? [] : await store.get(scope, keys);
    for (const [i, key] of keys.entries()) {
      const tally = this.#tallies.get(key);
      const entry = entries[i];
      if (tally === undefined) continue;
      const count = entry === undefined ? 0 : countOf(entry);
      const least = tally.base + tally.acknowledged;
      if (count < least || count > least + tally.unanswered) {
        const message = `${key} stands at ${count}: ${tally.base} and ${tally.acknowledged} acknowledged, ${tally.unanswered} unanswered`;
        problems.push({ kind: "lost update", message });
      }
      this.#tallies.set(key, { base: count, acknowledged: 0, unanswered: 0, followed: new Map() });
    }
    return problems;
  }

  #record(attempt: Attempt): Problem[] {
    const { id, kind, key, begin, end, result } = attempt;
    const problems: Problem[] = [];
    let acknowledged = end ?? Infinity;
    if (result !== undefined && "code" in result) {
      const { code, outcome, message } = result;
      if (!this.#allowedCodes.has(code)) {
        problems.push({ kind: "failed call", message: `${kind} ${id}: ${code} ${message}` });
      }
      if (outcome === "not-applied") return problems;
      if (outcome === "unknown") acknowledged = Infinity;
    }
    if (kind === "read") return problems;
    if (result !== undefined && "done" in result && !result.done) return problems;
    if (kind === "increment") problems.push(...this.#count(attempt, acknowledged !== Infinity));
    if (acknowledged !== Infinity) this.#acknowledged++;
    this.ledger.add({ key, state: kind === "delete" ? null : id, begin, end: acknowledged });
    return problems;
  }

  #count({ id, key, follows = null }: Attempt, isAcknowledged: boolean): Problem[] {
    const tally = this.#tallies.get(key) ?? {
      base: 0,
      acknowledged: 0,
      unanswered: 0,
      followed: new Map<string | null, string>(),
    };
    this.#tallies.set(key, tally);
    if (!isAcknowledged) {
      tally.unanswered++;
      return [];
    }
    tally.acknowledged++;
    const other = tally.followed.get(follows);
    tally.followed.set(follows, id);
    if (other === undefined) return [];
    return [
      {
        kind: "lost update",
        message: `${id} and ${other} both replaced the same version of ${key}`,
      },
    ];
  }
}
