/** Clocks are taken to run apart by at most this much: what a time server corrects without a jump. */
const DRIFT = 0.0005;

/**
 * What one connection knows of its server's clock, learned from the answers.
 *
 * A call's deadline is told to the server in the server's own time, as the earliest that it can be: a script that
 * runs before it has run before the caller gave up. Where the guess is too early, because the server's clock has
 * jumped ahead, the script refuses, and its answer teaches the new time.
 */
export class ServerClock {
  /** Server time minus local time, at least, when it was learned. */
  #offset = Number.NEGATIVE_INFINITY;
  #learnedAt = 0;

  /** The server's clock showed `serverMs` at some moment between two local times. */
  learn(serverMs: number, sentAt: number, receivedAt: number): void {
    const atLeast = serverMs - receivedAt;
    const atMost = serverMs + 1 - sentAt;
    const known = this.#offsetAt(receivedAt);
    if (atLeast <= known && known <= atMost) return;
    this.#offset = atLeast;
    this.#learnedAt = receivedAt;
  }

  /** The earliest server time that a local time can be; absent where too little is known to say so closely enough. */
  at(localMs: number, now: number, toleranceMs: number): number | undefined {
    if ((now - this.#learnedAt) * DRIFT > toleranceMs) return undefined;
    const offset = this.#offsetAt(now);
    return offset === Number.NEGATIVE_INFINITY ? undefined : Math.floor(localMs + offset);
  }

  #offsetAt(now: number): number {
    return this.#offset - (now - this.#learnedAt) * DRIFT;
  }
}
