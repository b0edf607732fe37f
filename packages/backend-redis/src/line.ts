import type { Batch, Joining } from "./batch.ts";
import type { Call } from "./call.ts";
import { Round } from "./round.ts";
import type { Departure } from "./tick.ts";
import { Turn, type Solitary } from "./turn.ts";

/**
 * The requests to one place in one tick, in the order in which they have to take effect. Requests that conflict, on a
 * key or on a whole scope, are in different rounds, and each round leaves once the one before it has been answered: a
 * script may have to be sent again, so the order of sending is not the order of effects.
 */
export class Line implements Departure {
  /** The rounds that have not left. */
  readonly #rounds: Round[] = [];
  /** How many of them may leave now. */
  #due = 0;

  /** Whether every round has left, so that nothing can join any more. */
  get hasLeft(): boolean {
    return this.#rounds.length === 0;
  }

  /** Returns the batch for a call: one that it can join, or one that `open` makes. */
  batchFor(call: Joining, open: (round: Round) => Batch): Batch {
    return (
      this.#rounds.at(-1)?.batchFor(call, open) ?? (this.#next().batchFor(call, open) as Batch)
    );
  }

  /** Runs `work`, unbatched, when its turn comes; not if its call is over by then. */
  turn<T>(call: Call, scope: string, what: Solitary, work: () => Promise<T>): Promise<T> {
    const last = this.#rounds.at(-1);
    const round = last?.takes(scope, what) === true ? last : this.#next();
    if (round !== last) round.takes(scope, what);
    const turn = new Turn(call, round, work);
    round.add(turn);
    return turn.result;
  }

  /** In a loop, because a round that is over before it leaves calls this recursively. */
  depart(): void {
    this.#due++;
    if (this.#due > 1) return;
    for (; this.#due > 0; this.#due--) this.#rounds.shift()?.depart();
  }

  #next(): Round {
    const round = new Round(this);
    this.#rounds.push(round);
    return round;
  }
}
