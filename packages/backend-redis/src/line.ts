import type { Batch, Joining } from "./batch.ts";
import type { Call } from "./call.ts";
import { Round } from "./round.ts";
import type { Departure } from "./tick.ts";
import { Turn, type Solitary } from "./turn.ts";

/**
 * What is asked of one place in one tick, in the order in which it has to happen. What meets at a key, or at all of a
 * scope, is in different rounds, of which each leaves when the one before it has been answered: a script may have to
 * be sent again, so what is sent in order need not happen in order.
 */
export class Line implements Departure {
  /** Those that have not left. */
  readonly #rounds: Round[] = [];
  /** How many of them may leave now. */
  #due = 0;

  /** Whether all has left, and it can't be joined any more. */
  get hasLeft(): boolean {
    return this.#rounds.length === 0;
  }

  /** The batch for a call: one that it can join, or one that `open` makes. */
  batchFor(call: Joining, open: (round: Round) => Batch): Batch {
    return (
      this.#rounds.at(-1)?.batchFor(call, open) ?? (this.#next().batchFor(call, open) as Batch)
    );
  }

  /** Does something by itself when it is its turn; a call that is over by then is not begun. */
  turn<T>(call: Call, scope: string, what: Solitary, work: () => Promise<T>): Promise<T> {
    const last = this.#rounds.at(-1);
    const round = last?.takes(scope, what) === true ? last : this.#next();
    if (round !== last) round.takes(scope, what);
    const turn = new Turn(call, round, work);
    round.add(turn);
    return turn.result;
  }

  /** One after the other, because a round that is over before it leaves calls this from within. */
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
