import { isMemoryError, type MemoryErrorCode } from "@mem/core";
import { NO_TOKENS, type Tokens } from "./address.ts";
import type { Batch } from "./batch.ts";
import type { ReadItem, Reply } from "./errand.ts";
import type { Passenger } from "./passenger.ts";
import type { Traveller } from "./pending-trip.ts";
import { claimLost, sessionEnded } from "./redis-errors.ts";
import type { Script } from "./scripts/script.ts";
import type { Request, ScriptRequest } from "./sent-command.ts";

/** Faults that a single call may have, and that keep the whole batch from running. */
const FAULTS: ReadonlySet<MemoryErrorCode> = new Set<MemoryErrorCode>([
  "MEM_CORRUPT",
  "MEM_FORMAT",
  "MEM_SESSION_ENDED",
  "MEM_TOO_LARGE",
]);

/** A trip of a batch, with all of its calls or some of them. */
export class Ride implements ScriptRequest, Traveller {
  readonly script: Script;
  readonly keys: readonly string[];
  readonly #batch: Batch;
  readonly #passengers: readonly Passenger[];
  /** The passengers whose arguments were written. */
  #riding: readonly Passenger[];
  /** The ride that begins when this one is done. */
  readonly #next: Ride | undefined;
  readonly #mayBePlain: boolean;
  #isPlain = false;
  #tokens: Tokens = NO_TOKENS;

  constructor(batch: Batch, passengers: readonly Passenger[], next?: Ride, mayBePlain = true) {
    const { address, calls, errand } = batch;
    this.script = calls.scriptFor(address.place, errand.script);
    this.keys = calls.keysOf(address.place);
    this.#batch = batch;
    this.#passengers = passengers;
    this.#riding = passengers;
    this.#next = next;
    this.#mayBePlain = mayBePlain;
  }

  begin(): void {
    const { call, calls } = this.#batch;
    if (call.over !== undefined) {
      this.reject(call.over);
    } else if (this.#passengers.some(isWaiting)) {
      const trip = calls.connection.askFor(this, call, this.#request());
      for (const passenger of this.#passengers) passenger.trip = trip;
    } else {
      this.#next?.begin();
    }
  }

  args(): readonly string[] {
    const { address, errand, offsetMs } = this.#batch;
    this.#riding = this.#passengers.filter(isWaiting);
    const own = errand.pack(
      this.#riding.map(({ args }) => args),
      address.isTied,
    );
    return [...address.header(offsetMs, this.#tokens), ...own];
  }

  resolve(reply: unknown): void {
    const { address, errand, offsetMs } = this.#batch;
    if (this.#isPlain) {
      this.#deliverPlain(reply);
    } else {
      const [clock, status] = reply as Reply;
      if (status === "UNREGISTERED") void this.#register(reply as Reply);
      else if (status === "ENDED" && address.isTied) this.#rejectAll(sessionEnded());
      else if (status === "ENDED") this.reject(sessionEnded());
      else if (status === "UNCLAIMED") this.#rejectAll(claimLost());
      else this.#deliver(errand.open(reply as Reply, clock + offsetMs));
    }
  }

  /** If one of several calls may be at fault, splits them in half until it is alone. */
  reject(error: unknown): void {
    const waiting = this.#passengers.filter(isWaiting);
    const mayBeOfOne = isMemoryError(error) && FAULTS.has(error.code);
    if (waiting.length > 1 && mayBeOfOne && error.outcome === "not-applied") {
      const half = waiting.length >> 1;
      // One after the other, because they may have a key in common.
      const second = new Ride(this.#batch, waiting.slice(half), this.#next);
      new Ride(this.#batch, waiting.slice(0, half), second).begin();
    } else {
      this.#rejectAll(error);
    }
  }

  #rejectAll(error: unknown): void {
    for (const passenger of this.#passengers) passenger.reject(error);
    this.#next?.begin();
  }

  #deliver(read: ReadItem<unknown>): void {
    const { width } = this.#batch.errand;
    let index = 0;
    for (const passenger of this.#riding) {
      const { args } = passenger;
      const first = index;
      index += args.length / width;
      try {
        const results: unknown[] = [];
        for (let i = first; i < index; i++) results.push(read(i, args, (i - first) * width));
        passenger.resolve(results);
      } catch (error) {
        passenger.reject(error);
      }
    }
    this.#next?.begin();
  }

  /** With several keys, the script looks again for those not found, and tells whether something else is there. */
  #deliverPlain(reply: unknown): void {
    const { plain } = this.#batch.errand;
    if (plain === undefined) return;
    const raws = plain.open(reply, this.#riding.length);
    const missed: Passenger[] = [];
    for (const [i, passenger] of this.#riding.entries()) {
      const [key] = passenger.args;
      const raw = raws[i] ?? null;
      if (raw === null && raws.length > 1) {
        missed.push(passenger);
        continue;
      }
      try {
        passenger.resolve([plain.result(raw, key as string)]);
      } catch (error) {
        passenger.reject(error);
      }
    }
    if (missed.length > 0) new Ride(this.#batch, missed, this.#next, false).begin();
    else this.#next?.begin();
  }

  async #register(reply: Reply): Promise<void> {
    const { address, call, calls } = this.#batch;
    try {
      const ask = (request: Request): Promise<unknown> => calls.connection.ask(call, request);
      this.#tokens = await calls.register(ask, address, reply, this.#tokens);
    } catch (error) {
      this.reject(error);
      return;
    }
    this.begin();
  }

  #request(): Request {
    const { address, calls, errand, offsetMs } = this.#batch;
    const { plain } = errand;
    const isFitting = this.#mayBePlain || this.#passengers.length === 1;
    this.#isPlain =
      plain !== undefined &&
      isFitting &&
      calls.allowsPlain(address, offsetMs) &&
      this.#passengers.every(({ args }) => args.length === 1);
    if (plain === undefined || !this.#isPlain) return this;
    this.#riding = this.#passengers.filter(isWaiting);
    const keys = this.#riding.map(({ args }) => args[0] as string);
    return plain.request(address.place, keys);
  }
}

function isWaiting({ isSettled }: Passenger): boolean {
  return !isSettled;
}
