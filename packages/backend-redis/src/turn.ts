import type { Call, Trip } from "./call.ts";
import type { Round } from "./round.ts";
import type { Departure } from "./tick.ts";

/** A request that is not batched: about a whole scope (`read`, `clear`) or a whole place (`lifetime`). */
export type Solitary = "read" | "clear" | "lifetime";

/** Work that begins when its turn comes, unless its call is over by then. */
export class Turn<T> implements Departure, Trip {
  readonly result: Promise<T>;
  readonly #call: Call;
  readonly #round: Round;
  readonly #work: () => Promise<T>;
  readonly #settle: PromiseWithResolvers<T>;

  constructor(call: Call, round: Round, work: () => Promise<T>) {
    this.#call = call;
    this.#round = round;
    this.#work = work;
    this.#settle = Promise.withResolvers();
    this.result = this.#settle.promise;
    call.add(this);
  }

  depart(): void {
    this.#call.remove(this);
    if (this.#call.over === undefined) void this.#begin();
    else this.#round.finished();
  }

  fail(): void {
    this.#settle.reject(this.#call.over);
  }

  abandon(): void {}

  async #begin(): Promise<void> {
    try {
      this.#settle.resolve(await this.#work());
    } catch (error) {
      this.#settle.reject(error);
    } finally {
      this.#round.finished();
    }
  }
}
