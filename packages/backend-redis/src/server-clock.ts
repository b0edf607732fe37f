/** Assumed maximum drift between two clocks: the rate that a time server corrects without a jump. */
const DRIFT = 0.0005;

/**
 * One connection's estimate of its server's clock, learned from the replies.
 *
 * The server gets a call's deadline in its own time, as early as that can be: a script that runs before it has run
 * before the caller gave up. If the estimate is too early, because the server's clock has jumped ahead, the script
 * refuses, and its reply teaches the new time.
 */
export class ServerClock {
  /** Lower bound of server time minus local time at the moment it was learned. */
  #offset = Number.NEGATIVE_INFINITY;
  #learnedAt = 0;

  /** Learns that the server's clock showed `serverMs` at some moment between two local times. */
  learn(serverMs: number, sentAt: number, receivedAt: number): void {
    const atLeast = serverMs - receivedAt;
    const atMost = serverMs + 1 - sentAt;
    const known = this.#offsetAt(receivedAt);
    if (atLeast <= known && known <= atMost) return;
    this.#offset = atLeast;
    this.#learnedAt = receivedAt;
  }

  /** The earliest server time that a local time can be; undefined if it is not known closely enough. */
  at(localMs: number, now: number, toleranceMs: number): number | undefined {
    if ((now - this.#learnedAt) * DRIFT > toleranceMs) return undefined;
    const offset = this.#offsetAt(now);
    return offset === Number.NEGATIVE_INFINITY ? undefined : Math.floor(localMs + offset);
  }

  #offsetAt(now: number): number {
    return this.#offset - (now - this.#learnedAt) * DRIFT;
  }
}
