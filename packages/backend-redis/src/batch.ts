import type { Address } from "./address.ts";
import type { Call } from "./call.ts";
import type { Errand } from "./errand.ts";
import { Passenger, type Company } from "./passenger.ts";
import type { PlaceCalls } from "./place-calls.ts";
import { Ride } from "./ride.ts";
import type { Round } from "./round.ts";
import type { Departure } from "./tick.ts";

/** A call that is to join a batch. */
export interface Joining {
  readonly errand: Errand<unknown>;
  readonly address: Address;
  /** The arguments of all its items, concatenated. */
  readonly args: readonly string[];
  /** The total length of `args`, in characters. */
  readonly length: number;
  /** Milliseconds added to the server's time. */
  readonly offsetMs: number;
}

/** Bounded, because a script blocks the server while it runs. */
const MAX_ITEMS = 256;
const MAX_CHARACTERS = 262_144;
/** The calls of a batch share the deadline of the first, and a tick may be long. */
const MAX_AGE_MS = 20;

/**
 * Calls of one tick that make the same request to one place, in one trip. Each has its own signal and its own outcome:
 * a fault of one does not fail the others.
 */
export class Batch implements Company, Departure {
  readonly calls: PlaceCalls;
  readonly errand: Errand<unknown>;
  readonly address: Address;
  readonly offsetMs: number;
  /** Holds the shared deadline and the trips. */
  readonly call: Call;
  readonly #round: Round;
  readonly #openedAt: number = performance.now();
  #passengers: Passenger[] = [];
  /** The keys of the first `#listed` passengers; collected only if a call might have to run after this batch. */
  #keys: Set<string> | undefined;
  #listed = 0;
  #arguments = 0;
  #characters = 0;
  #unsettled = 0;
  #hasLeft = false;

  constructor(calls: PlaceCalls, { errand, address, offsetMs }: Joining, round: Round) {
    this.calls = calls;
    this.errand = errand;
    this.address = address;
    this.offsetMs = offsetMs;
    this.#round = round;
    this.call = calls.connection.begin();
  }

  /** Whether a call may join this batch. */
  takes({ errand, address, args, length }: Joining): boolean {
    return (
      errand === this.errand &&
      this.#arguments + args.length <= MAX_ITEMS * errand.width &&
      this.#characters + length <= MAX_CHARACTERS &&
      performance.now() - this.#openedAt <= MAX_AGE_MS &&
      address.equals(this.address)
    );
  }

  /** Whether a call that is not in this batch has to run after it. */
  precedes({ errand, args }: Joining): boolean {
    return !(errand.isRead && this.errand.isRead) && this.isAbout(errand.keysOf(args));
  }

  /** Whether a call of this batch uses one of the keys. */
  isAbout(keys: readonly string[]): boolean {
    const known = this.#listKeys();
    return keys.some((key) => known.has(key));
  }

  add({ args, length }: Joining, signal: AbortSignal | undefined): Promise<unknown[]> {
    this.#characters += length;
    this.#arguments += args.length;
    this.#unsettled++;
    return new Promise((resolve, reject) => {
      this.#passengers.push(new Passenger(args, signal, resolve, reject, this));
    });
  }

  depart(): void {
    this.#hasLeft = true;
    if (this.isOver) this.#end();
    else new Ride(this, this.#passengers).begin();
  }

  /** Whether the batch has left and all of its calls are settled. */
  get isOver(): boolean {
    return this.#hasLeft && this.#unsettled === 0;
  }

  #listKeys(): ReadonlySet<string> {
    this.#keys ??= new Set();
    for (; this.#listed < this.#passengers.length; this.#listed++) {
      const { args } = this.#passengers[this.#listed] as Passenger;
      for (const key of this.errand.keysOf(args)) this.#keys.add(key);
    }
    return this.#keys;
  }

  left(): void {
    this.calls.connection.leave();
    this.#unsettled--;
    if (this.isOver) this.#end();
  }

  #end(): void {
    this.#passengers = [];
    this.#keys = undefined;
    this.calls.connection.end(this.call);
    this.#round.finished();
  }
}
