import type { Address } from "./address.ts";
import type { Call } from "./call.ts";
import type { Errand } from "./errand.ts";
import { Passenger, type Company } from "./passenger.ts";
import type { PlaceCalls } from "./place-calls.ts";
import { Ride } from "./ride.ts";
import type { Round } from "./round.ts";
import type { Departure } from "./tick.ts";

/** A call that looks for a batch. */
export interface Joining {
  readonly errand: Errand<unknown>;
  readonly address: Address;
  /** The arguments of its items, one after the other. */
  readonly args: readonly string[];
  /** How many characters they have. */
  readonly length: number;
  /** What is added to the server's time. */
  readonly offsetMs: number;
}

/** The server does nothing else while a script runs. */
const MAX_ITEMS = 256;
const MAX_CHARACTERS = 262_144;
/** The calls of a batch have one deadline, but a tick may be long. */
const MAX_AGE_MS = 20;

/**
 * Calls of one tick that ask the same of one place, in one trip. Each has its own signal and its own outcome: what is
 * wrong with one of them is no other's failure.
 */
export class Batch implements Company, Departure {
  readonly calls: PlaceCalls;
  readonly errand: Errand<unknown>;
  readonly address: Address;
  readonly offsetMs: number;
  /** The deadline of all, and their trips. */
  readonly call: Call;
  readonly #round: Round;
  readonly #openedAt: number = performance.now();
  #passengers: Passenger[] = [];
  /** The keys of the first so many of them: looked up only where a call meets another batch. */
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

  /** Whether a call may travel with those that are in it. */
  takes({ errand, address, args, length }: Joining): boolean {
    return (
      errand === this.errand &&
      this.#arguments + args.length <= MAX_ITEMS * errand.width &&
      this.#characters + length <= MAX_CHARACTERS &&
      performance.now() - this.#openedAt <= MAX_AGE_MS &&
      address.equals(this.address)
    );
  }

  /** Whether a call that does not travel with it has to be done after it. */
  precedes({ errand, args }: Joining): boolean {
    return !(errand.isRead && this.errand.isRead) && this.isAbout(errand.keysOf(args));
  }

  /** Whether one of the keys is a key of one of its calls. */
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

  /** Whether all of its calls have had their outcome. */
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
