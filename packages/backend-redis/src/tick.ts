import type { Batch, Joining } from "./batch.ts";
import type { Call } from "./call.ts";
import type { Place } from "./keys.ts";
import { Line } from "./line.ts";
import type { Round } from "./round.ts";
import type { Solitary } from "./turn.ts";

/** Something that leaves at the end of the tick. */
export interface Departure {
  depart(): void;
}

/**
 * Gathers the requests of one tick of the event loop and sends them together, at the end of the tick. Nothing waits for
 * a timer.
 */
export class Tick {
  #departures: Line[] = [];
  /** The lines that can be joined, by the `base` of their place. */
  #lines = new Map<string, Line>();

  /** Returns the batch for a call: one that it can join, or one that `open` makes. */
  batchFor(call: Joining, open: (round: Round) => Batch): Batch {
    return this.#line(call.address.place.base).batchFor(call, open);
  }

  /** Runs `work` after the earlier requests of this tick to the place, and before the later ones. */
  turn<T>({ base, scope }: Place, call: Call, what: Solitary, work: () => Promise<T>): Promise<T> {
    return this.#line(base).turn(call, scope, what, work);
  }

  #line(base: string): Line {
    const known = this.#lines.get(base);
    if (known?.hasLeft === false) return known;
    const line = new Line();
    this.#lines.set(base, line);
    if (this.#departures.push(line) === 1) process.nextTick(this.#leave);
    return line;
  }

  readonly #leave = (): void => {
    const departures = this.#departures;
    this.#departures = [];
    for (const line of departures) line.depart();
    // A new map, because an old one keeps its former content alive for long, even once it is empty.
    const lines = new Map<string, Line>();
    for (const [base, line] of this.#lines) if (!line.hasLeft) lines.set(base, line);
    this.#lines = lines;
  };
}
