import type { Batch, Joining } from "./batch.ts";
import type { Departure } from "./tick.ts";
import type { Solitary } from "./turn.ts";

/** What has been asked of one scope in a round. */
interface Asked {
  readonly batches: Batch[];
  /** The keys that something by itself is about. */
  keys: Set<string> | undefined;
  /** Before this, batches can't be joined any more. */
  joinableFrom: number;
}

/** What is sent to a place without a pause: nothing in it has to wait for the answer to something else in it. */
export class Round {
  readonly #asked = new Map<string, Asked>();
  readonly #departures: Departure[] = [];
  readonly #next: Departure;
  #unfinished = 0;
  #hasLeft = false;

  /** `next` leaves when all of this is done. */
  constructor(next: Departure) {
    this.#next = next;
  }

  /** The batch that a call can join, or the one that it opens; nothing where it has to be done after what is here. */
  batchFor(call: Joining, open: (round: Round) => Batch): Batch | undefined {
    const { batches, keys, joinableFrom } = this.#of(call.address.place.scope);
    if (keys !== undefined && call.errand.keysOf(call.args).some((key) => keys.has(key))) {
      return undefined;
    }
    let match: Batch | undefined;
    for (const [i, batch] of batches.entries()) {
      if (i >= joinableFrom && batch.takes(call)) match = batch;
      else if (batch.precedes(call)) return undefined;
    }
    if (match !== undefined) return match;
    const opened = open(this);
    batches.push(opened);
    this.add(opened);
    return opened;
  }

  /** Whether something by itself can be sent in this round, which then is in the order in which it was asked. */
  takes({ scope, keys }: Solitary): boolean {
    if (keys === undefined) {
      for (const asked of this.#asked.values()) asked.joinableFrom = asked.batches.length;
      return true;
    }
    const asked = this.#of(scope);
    if (asked.batches.some((batch) => batch.isAbout(keys))) return false;
    asked.keys ??= new Set();
    for (const key of keys) asked.keys.add(key);
    return true;
  }

  add(departure: Departure): void {
    this.#departures.push(departure);
    this.#unfinished++;
  }

  depart(): void {
    for (const departure of this.#departures) departure.depart();
    this.#hasLeft = true;
    this.#goOn();
  }

  /** Something in it is over. */
  finished(): void {
    this.#unfinished--;
    this.#goOn();
  }

  #goOn(): void {
    if (this.#hasLeft && this.#unfinished === 0) this.#next.depart();
  }

  #of(scope: string): Asked {
    let asked = this.#asked.get(scope);
    if (asked === undefined) {
      asked = { batches: [], keys: undefined, joinableFrom: 0 };
      this.#asked.set(scope, asked);
    }
    return asked;
  }
}
