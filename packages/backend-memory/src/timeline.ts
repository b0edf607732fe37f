import type { Clock } from "@mem/core";

/**
 * The backend's times, counted from when it was made: small integers, which take no memory beside the field they are
 * in, unlike milliseconds since 1970.
 */
export class Timeline {
  readonly #clock: Clock;
  readonly #wallOrigin: number;
  readonly #monotonicOrigin: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#wallOrigin = clock.now();
    this.#monotonicOrigin = clock.monotonic();
  }

  /** Never goes back, whatever happens to the machine's date: lifetimes are measured by it. */
  elapsed(): number {
    return Math.floor(this.#clock.monotonic() - this.#monotonicOrigin);
  }

  /** Follows the machine's date: for times that are shown to people. */
  wall(): number {
    return Math.floor(this.#clock.now() - this.#wallOrigin);
  }

  /** A `wall` time in milliseconds since 1970. */
  date(wall: number): number {
    return this.#wallOrigin + wall;
  }

  /** Runs `task` when `elapsed` reaches `at`, without keeping the process alive; returns how to cancel it. */
  schedule(at: number, task: () => void): () => void {
    return this.#clock.schedule(at - this.elapsed(), task);
  }
}
