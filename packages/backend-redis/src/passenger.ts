import { isMemoryError, MemoryError } from "@mem/core";
import type { PendingTrip } from "./pending-trip.ts";
import { copyOf } from "./redis-errors.ts";

/** The batch that a passenger belongs to. */
export interface Company {
  /** Called when one of its passengers is settled. */
  left(): void;
}

/** A call in a batch, with its own outcome. */
export class Passenger {
  /** The arguments of all its items, concatenated. */
  readonly args: readonly string[];
  /** The trip that carries it now. */
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

  /** Rejects with a copy of the error: other passengers may get the same one. */
  reject(error: unknown): void {
    if (!this.#settle()) return;
    this.#reject(isMemoryError(error) ? copyOf(error) : error);
  }

  /** Called when the signal fires. */
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
