import { isMemoryError, MemoryError } from "@mem/core";
import type { PendingTrip } from "./pending-trip.ts";
import { copyOf } from "./redis-errors.ts";

/** Those it travels with. */
export interface Company {
  /** One of them has its outcome. */
  left(): void;
}

/** A call that travels in a batch, with its own outcome. */
export class Passenger {
  /** The arguments of its items, one after the other. */
  readonly args: readonly string[];
  /** What carries it now. */
  trip: PendingTrip | undefined;
  isSettled = false;
  readonly #resolve: (results: unknown[]) => void;
  readonly #reject: (error: unknown) => void;
  readonly #signal: AbortSignal | undefined;
  readonly #company: Company;

  constructor(
    args: readonly string[],
    signal: AbortSignal | undefined,
    resolve: (results: unknown[]) => void,
    reject: (error: unknown) => void,
    company: Company,
  ) {
    this.args = args;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#company = company;
    signal?.addEventListener("abort", this);
  }

  resolve(results: unknown[]): void {
    if (!this.#settle()) return;
    this.#resolve(results);
  }

  /** With an error of its own: others may get the same. */
  reject(error: unknown): void {
    if (!this.#settle()) return;
    this.#reject(isMemoryError(error) ? copyOf(error) : error);
  }

  /** The signal has fired. */
  handleEvent(): void {
    const outcome = this.trip?.isInFlight === true ? "unknown" : "not-applied";
    const cause: unknown = this.#signal?.reason;
    this.reject(new MemoryError("MEM_ABORTED", "the call was aborted", { cause, outcome }));
  }

  #settle(): boolean {
    if (this.isSettled) return false;
    this.isSettled = true;
    this.#signal?.removeEventListener("abort", this);
    this.#company.left();
    return true;
  }
}
