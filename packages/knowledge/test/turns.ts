import { setImmediate as soon } from "node:timers/promises";
import { MemoryError, type LongTermStore } from "@mem/core";
import { watched } from "./watched.ts";

export const KILLED: Error = new Error("killed");

/** What happens to a process, each at one of its calls. */
export interface Fate {
  readonly haltsAt?: number;
  /** For this many steps of the others. */
  readonly haltsFor?: number;
  readonly diesAt?: number;
  /** The call takes effect, and its answer is lost. */
  readonly failsAt?: number;
}

type Call = (...args: never[]) => Promise<unknown>;

/** Several processes on one store, whose calls run one at a time, in an order that is drawn beforehand. */
export class Turns {
  readonly #order: readonly number[];
  readonly #waiting: (() => Promise<void>)[] = [];

  constructor(order: readonly number[]) {
    this.#order = order;
  }

  /** The store as one of the processes sees it. */
  of(store: LongTermStore, fate: Fate = {}): LongTermStore {
    const theirs = Object.create(store) as LongTermStore;
    const { haltsAt, haltsFor = 0, diesAt = Number.POSITIVE_INFINITY, failsAt } = fate;
    let calls = 0;
    for (const name of ["get", "list", "save", "delete", "search"] as const) {
      const call = async (...args: never[]): Promise<unknown> => {
        const nth = calls++;
        const halt = nth === haltsAt ? haltsFor : 0;
        for (let i = 0; i < halt; i++) await this.#turn(async () => {});
        if (nth >= diesAt) throw KILLED;
        const result = await this.#turn(() => (store[name] as Call)(...args));
        if (nth === failsAt) throw answerLost();
        return result;
      };
      Object.defineProperty(theirs, name, { value: call });
    }
    return theirs;
  }

  /** Gives turns until the work is done. */
  async until(work: Promise<unknown>): Promise<void> {
    const state = watched(work);
    for (let step = 0; !state.isDone; step++) {
      await soon();
      const drawn = (this.#order[step % this.#order.length] ?? 0) + step;
      const [next] = this.#waiting.splice(drawn % Math.max(1, this.#waiting.length), 1);
      await next?.();
    }
    await work;
  }

  #turn<T>(call: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#waiting.push(() => call().then(resolve, reject));
    return promise;
  }
}

function answerLost(): MemoryError {
  return new MemoryError("MEM_UNAVAILABLE", "the answer was lost", { outcome: "unknown" });
}
