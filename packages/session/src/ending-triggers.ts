import { throwIfAborted } from "@mem/core";
import { endOnSignals, type EndingSignal, type SignalledEnd } from "./process-signals.ts";
import type { SessionEnding } from "./session-ending.ts";

/** What may end a session, apart from its members' calls: signals of the process, and a caller's `AbortSignal`. */
export class EndingTriggers {
  readonly #signal: AbortSignal | undefined;
  readonly #signalled: SignalledEnd | undefined;
  readonly #started = Promise.withResolvers<SessionEnding | undefined>();
  #ending: SessionEnding | undefined;
  #abort: (() => void) | undefined;

  /** Made before the session starts, so that a signal that arrives meanwhile ends it, too. */
  constructor(signals: readonly EndingSignal[], signal: AbortSignal | undefined) {
    this.#signal = signal;
    if (signals.length === 0) return;
    this.#signalled = endOnSignals(signals, async (name) => {
      // Without waiting, if possible: the first to end a session determines the reason that is recorded.
      const ending = this.#ending ?? (await this.#started.promise);
      await ending?.cancel(new Error(`the process received ${name}`), `end a session on ${name}`);
    });
  }

  /** Called once it has started. If the signal has already fired, ends or leaves it and rejects with `MEM_ABORTED`. */
  async attach(ending: SessionEnding): Promise<void> {
    this.#ending = ending;
    this.#started.resolve(ending);
    const signal = this.#signal;
    if (signal === undefined) return;
    const abort = async (): Promise<void> => {
      const isOver = await ending.cancel(signal.reason, "end an aborted session");
      // Then nothing is left to end; after a failure, a signal of the process may still succeed.
      if (isOver) await this.#signalled?.forget();
    };
    if (signal.aborted) {
      await abort();
      throwIfAborted(signal);
    }
    this.#abort = () => void abort();
    signal.addEventListener("abort", this.#abort, { once: true });
  }

  /** Called when the session was left, or did not start. */
  async detach(): Promise<void> {
    this.#started.resolve(undefined);
    if (this.#abort !== undefined) this.#signal?.removeEventListener("abort", this.#abort);
    await this.#signalled?.forget();
  }
}
