import type { Batch, Joining } from "./batch.ts";
import type { Departure } from "./tick.ts";
import type { Solitary } from "./turn.ts";

/** What has been asked of one scope in a round. */
interface Asked {
  readonly batches: Batch[];
  /** What is asked by itself, about all of it. */
  whole: Solitary | undefined;
}

/** What is sent to a place without a pause: nothing in it has to wait for the answer to something else in it. */
export class Round {
  readonly #asked = new Map<string, Asked>();
  readonly #departures: Departure[] = [];
  readonly #next: Departure;
  #unfinished = 0;
  /** Whether what it has concerns all of the place. */
  #isClosed = false;
  #hasLeft = false;

  /** `next` leaves when all of this is done. */
  constructor(next: Departure) {
    this.#next = next;
  }

  /** The batch that a call can join, or the one that it opens; nothing where it has to be done after what is here. */
  batchFor(call: Joining, open: (round: Round) => Batch): Batch | undefined {
    if (this.#isClosed) return undefined;
    const { batches, whole } = this.#of(call.address.place.scope);
    if (whole !== undefined && !(whole === "read" && call.errand.isRead)) return undefined;
    let match: Batch | undefined;
    for (const batch of batches) {
      // The first of several, or those that have a key in common could be in two that are sent at once.
      if (match === undefined && batch.takes(call)) match = batch;
      else if (batch.precedes(call)) return undefined;
    }
    if (match !== undefined) return match;
    const opened = open(this);
    batches.push(opened);
    this.add(opened);
    return opened;
  }

  /** Whether something by itself can be sent in this round; if so, what comes after it knows. */
  takes(scope: string, what: Solitary): boolean {
    if (this.#isClosed) return false;
    if (what === "lifetime") {
      this.#isClosed = this.#departures.length === 0;
      return this.#isClosed;
    }
    const asked = this.#of(scope);
    const isRead = what === "read";
    if (asked.whole !== undefined && !(isRead && asked.whole === "read")) return false;
    if (asked.batches.some(({ errand }) => !(isRead && errand.isRead))) return false;
    asked.whole = what;
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
      asked = { batches: [], whole: undefined };
      this.#asked.set(scope, asked);
    }
    return asked;
  }
}
