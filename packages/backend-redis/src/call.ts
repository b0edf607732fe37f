import { MemoryError } from "@mem/core";

/** One trip to the server that a call is waiting for. */
export interface Trip {
  /** Rejects it, saying what has become of what was sent. */
  fail(reason: "timeout" | "abort", cause?: unknown): void;
  /** Nobody waits for it any more. */
  abandon(): void;
}

/** One call of a user: its deadline, its signal, and the trips it is waiting for. */
export class Call {
  readonly deadline: number;
  readonly trips: Set<Trip> = new Set();
  #over: MemoryError | undefined;
  readonly #signal: AbortSignal | undefined;

  constructor(deadline: number, signal: AbortSignal | undefined) {
    this.deadline = deadline;
    this.#signal = signal;
    signal?.addEventListener("abort", this.#abort);
  }

  /** Why no more trips may be begun. */
  get over(): MemoryError | undefined {
    return this.#over;
  }

  timeOut(): void {
    this.#over = new MemoryError("MEM_TIMEOUT", "the call took too long");
    for (const trip of this.trips) trip.fail("timeout");
  }

  end(): void {
    this.#signal?.removeEventListener("abort", this.#abort);
    for (const trip of this.trips) trip.abandon();
  }

  readonly #abort = (): void => {
    const cause: unknown = this.#signal?.reason;
    this.#over = new MemoryError("MEM_ABORTED", "the call was aborted", { cause });
    for (const trip of this.trips) trip.fail("abort", cause);
  };
}

/** The calls under way, the oldest first. All have the same time, so one timer watches over them. */
export class Calls {
  readonly #timeoutMs: number;
  readonly #open = new Set<Call>();
  #timer: NodeJS.Timeout | undefined;
  #whenNone: (() => void)[] = [];

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  get size(): number {
    return this.#open.size;
  }

  begin(signal: AbortSignal | undefined): Call {
    const call = new Call(performance.now() + this.#timeoutMs, signal);
    this.#open.add(call);
    if (this.#timer === undefined) this.#watch(this.#timeoutMs);
    else if (this.#open.size === 1) this.#timer.ref();
    return call;
  }

  end(call: Call): void {
    call.end();
    this.#open.delete(call);
    if (this.#open.size > 0) return;
    this.#timer?.unref();
    for (const resolve of this.#whenNone.splice(0)) resolve();
  }

  /** Resolves when no call is under way. */
  async settled(): Promise<void> {
    if (this.#open.size > 0) await new Promise<void>((resolve) => this.#whenNone.push(resolve));
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #watch(delayMs: number): void {
    this.#timer = setTimeout(() => this.#check(), delayMs);
  }

  #check(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const call of this.#open) {
      if (call.deadline > now) {
        this.#watch(Math.ceil(call.deadline - now));
        return;
      }
      if (call.over === undefined) call.timeOut();
    }
  }
}
