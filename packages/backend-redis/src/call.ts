import { MemoryError } from "@mem/core";
import { Chain, type ChainLink } from "./chain.ts";

/** One trip to the server that a call is waiting for. */
export interface Trip {
  /** Rejects the trip; the error tells the outcome of what was sent. */
  fail(reason: "timeout" | "abort", cause?: unknown): void;
  /** Nobody waits for it any more. */
  abandon(): void;
}

/** A user's call, or several in one batch: the deadline, and the trips that they wait for. */
export class Call {
  readonly deadline: number;
  /** Its link in the chain of calls in flight. */
  link: ChainLink<Call> | undefined;
  // Most calls make one trip at a time and need no set.
  #trip: Trip | undefined;
  #others: Set<Trip> | undefined;
  #over: MemoryError | undefined;
  readonly #signal: AbortSignal | undefined;

  constructor(deadline: number, signal: AbortSignal | undefined) {
    this.deadline = deadline;
    this.#signal = signal;
    signal?.addEventListener("abort", this);
  }

  /** Set once the call is over: no further trip may begin. */
  get over(): MemoryError | undefined {
    return this.#over;
  }

  add(trip: Trip): void {
    if (this.#trip === undefined) this.#trip = trip;
    else (this.#others ??= new Set()).add(trip);
  }

  remove(trip: Trip): void {
    if (this.#trip === trip) this.#trip = undefined;
    else this.#others?.delete(trip);
  }

  timeOut(): void {
    this.#over = new MemoryError("MEM_TIMEOUT", "the call took too long");
    for (const trip of this.#trips()) trip.fail("timeout");
  }

  end(): void {
    this.#signal?.removeEventListener("abort", this);
    for (const trip of this.#trips()) trip.abandon();
  }

  /** Called when the signal fires. */
  handleEvent(): void {
    const cause: unknown = this.#signal?.reason;
    this.#over = new MemoryError("MEM_ABORTED", "the call was aborted", { cause });
    for (const trip of this.#trips()) trip.fail("abort", cause);
  }

  #trips(): readonly Trip[] {
    if (this.#trip === undefined && this.#others === undefined) return NONE;
    return [...(this.#trip === undefined ? [] : [this.#trip]), ...(this.#others ?? [])];
  }
}

const NONE: readonly Trip[] = [];

/** The calls in flight, oldest first. All have the same timeout, so one timer serves them all. */
export class Calls {
  readonly #timeoutMs: number;
  readonly #open = new Chain<Call>();
  #timer: NodeJS.Timeout | undefined;
  #whenNone: (() => void)[] = [];

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  begin(signal?: AbortSignal): Call {
    const call = new Call(performance.now() + this.#timeoutMs, signal);
    if (this.#timer === undefined) this.#watch(this.#timeoutMs);
    else if (this.#open.isEmpty) this.#timer.ref();
    call.link = this.#open.add(call);
    return call;
  }

  end(call: Call): void {
    call.end();
    if (call.link !== undefined) this.#open.remove(call.link);
    if (!this.#open.isEmpty) return;
    this.#timer?.unref();
    for (const resolve of this.#whenNone.splice(0)) resolve();
  }

  /** Resolves when no call is in flight. */
  async settled(): Promise<void> {
    if (!this.#open.isEmpty) await new Promise<void>((resolve) => this.#whenNone.push(resolve));
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #watch(delayMs: number): void {
    this.#timer = setTimeout(() => this.#check(), delayMs);
  }

  #check(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const call of this.#open.toArray()) {
      if (call.deadline > now) {
        this.#watch(Math.ceil(call.deadline - now));
        return;
      }
      if (call.over === undefined) call.timeOut();
    }
  }
}
