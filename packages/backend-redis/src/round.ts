import type { Batch, Joining } from "./batch.ts";
import type { Departure } from "./tick.ts";
import type { Solitary } from "./turn.ts";

/** The requests about one scope in a round. */
interface Asked {
  readonly batches: Batch[];
  /** A request about the whole scope, which is not batched. */
  whole: Solitary | undefined;
}

/** Requests that are sent to a place together: none has to wait for the answer to another. */
export class Round {
  readonly #asked = new Map<string, Asked>();
  readonly #departures: Departure[] = [];
  readonly #next: Departure;
  #unfinished = 0;
  /** Whether it has a request about the whole place. */
  #isClosed = false;
  #hasLeft = false;

  /** `next` departs when everything in this round is done. */
  constructor(next: Departure) {
    this.#next = next;
  }

  /** Returns the batch that a call can join, or the one it opens; undefined if the call has to run after this round. */
  batchFor(call: Joining, open: (round: Round) => Batch): Batch | undefined {
    if (this.#isClosed) return undefined;
    const { batches, whole } = this.#of(call.address.place.scope);
    if (whole !== undefined && !(whole === "read" && call.errand.isRead)) return undefined;
    let match: Batch | undefined;
    for (const batch of batches) {
      // Only the first match: the batches of a round are sent at once, so no two may share a key that one of them
      // writes.
      if (match === undefined && batch.takes(call)) match = batch;
      else if (batch.precedes(call)) return undefined;
    }
    if (match !== undefined) return match;
    const opened = open(this);
    batches.push(opened);
    this.add(opened);
    return opened;
  }

  /** Whether a request about a whole scope or place can be sent in this round; if so, records it for later requests. */
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

  /** Called when one of its departures is done. */
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
