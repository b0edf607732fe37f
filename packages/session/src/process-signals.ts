import { constants } from "node:os";
import { MemoryError } from "@mem/core";

/** A signal that asks a process to end. */
export type EndingSignal = "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGQUIT";

/** Ends something because of a signal; never rejects. */
type End = (signal: EndingSignal) => Promise<void>;

/** Something that a signal of this process will end. */
export interface SignalledEnd {
  /** Stops handling the signals. After one has arrived, waits until all that it ends has ended, or the process ends. */
  forget(): Promise<void>;
}

const SIGNALS: readonly EndingSignal[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];
const COMMON: readonly EndingSignal[] = ["SIGINT", "SIGTERM"];

/** A signal repeated this soon may be the same one: the terminal sent it to all, and a parent forwarded it. */
const ECHO_MS = 1000;

export function checkSignals(signals: boolean | readonly EndingSignal[]): readonly EndingSignal[] {
  if (signals === true) return COMMON;
  if (signals === false) return [];
  if (Array.isArray(signals) && signals.every((signal) => SIGNALS.includes(signal))) {
    return [...new Set(signals)];
  }
  const path = "options.signals";
  const problem = `has to be true, false or some of ${SIGNALS.join(", ")}`;
  throw new MemoryError("MEM_INVALID_ARGUMENT", `${path} ${problem}`, { path });
}

/** One signal of this process: it has a single listener, and only while there is something to end. */
class SignalListener {
  readonly #signal: EndingSignal;
  readonly #ends = new Set<End>();
  #ending: Promise<void> | undefined;
  #heardAt = 0;

  constructor(signal: EndingSignal) {
    this.#signal = signal;
  }

  add(end: End): void {
    if (this.#isIdle()) process.on(this.#signal, this.#listen);
    this.#ends.add(end);
  }

  async forget(end: End): Promise<void> {
    // Waits for everything that the signal ends: the process must not end for another reason before that.
    await this.#ending;
    this.#ends.delete(end);
    if (this.#isIdle()) process.off(this.#signal, this.#listen);
  }

  #isIdle(): boolean {
    return this.#ends.size === 0 && this.#ending === undefined;
  }

  readonly #listen = (): void => {
    const now = performance.now();
    if (this.#ending === undefined) {
      this.#heardAt = now;
      this.#ending = this.#endAll();
    } else if (now - this.#heardAt > ECHO_MS) {
      // A repeated signal means: do not wait. Sessions that have not ended by now will time out.
      this.#takeItsCourse();
    }
  };

  async #endAll(): Promise<void> {
    // More may be added meanwhile.
    while (this.#ends.size > 0) {
      const ends = [...this.#ends];
      await Promise.all(ends.map(async (end) => end(this.#signal)));
      for (const end of ends) this.#ends.delete(end);
    }
    this.#ending = undefined;
    this.#takeItsCourse();
    if (this.#isIdle()) process.off(this.#signal, this.#listen);
  }

  /** Lets the signal end the process, unless it has other listeners: then they decide. */
  #takeItsCourse(): void {
    if (process.listenerCount(this.#signal) > 1) return;
    process.off(this.#signal, this.#listen);
    endProcess(this.#signal);
  }
}

const listeners = new Map<EndingSignal, SignalListener>();

/** Calls `end` when one of the signals arrives; then, unless it has other listeners, the signal ends the process. */
export function endOnSignals(signals: readonly EndingSignal[], end: End): SignalledEnd {
  const heard = signals.map((signal) => {
    const listener = listeners.get(signal) ?? new SignalListener(signal);
    listeners.set(signal, listener);
    listener.add(end);
    return listener;
  });
  return {
    async forget() {
      await Promise.all(heard.map(async (listener) => listener.forget(end)));
    },
  };
}

function endProcess(signal: EndingSignal): void {
  process.kill(process.pid, signal);
  // A signal without a listener does not end the first process of a container.
  process.exit(128 + constants.signals[signal]);
}
