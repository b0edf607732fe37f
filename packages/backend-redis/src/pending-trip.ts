import { MemoryError, type Outcome } from "@mem/core";
import type { Call, Trip } from "./call.ts";
import { unavailable, withoutArguments } from "./redis-errors.ts";
import type { Request, SentCommand, Waiter } from "./sent-command.ts";

/** One request on its way to the server, and the promise of its answer. */
export class PendingTrip implements Trip, Waiter {
  readonly request: Request;
  /** What carries it now; absent while it waits for a connection. */
  command: SentCommand | undefined;
  /** Why it could not be sent so far. */
  obstacle: Error | undefined;
  /** Whether the server has refused it once because its deadline had passed. */
  wasLate = false;
  /** Takes it out of wherever it waits. */
  onSettled: (() => void) | undefined;
  isSettled = false;
  readonly #call: Call;
  readonly #timeoutMs: number;
  readonly #resolve: (reply: unknown) => void;
  readonly #reject: (error: Error) => void;
  readonly #sendAgain: (trip: PendingTrip) => void;

  constructor(
    request: Request,
    call: Call,
    timeoutMs: number,
    resolve: (reply: unknown) => void,
    reject: (error: Error) => void,
    sendAgain: (trip: PendingTrip) => void,
  ) {
    this.request = request;
    this.#call = call;
    this.#timeoutMs = timeoutMs;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#sendAgain = sendAgain;
    call.trips.add(this);
  }

  get deadline(): number {
    return this.#call.deadline;
  }

  resolve(reply: unknown): void {
    if (!this.#settle()) return;
    this.#resolve(reply);
  }

  reject(error: Error): void {
    if (!this.#settle()) return;
    this.#reject(error);
  }

  lost(cause?: Error): void {
    const message = "the connection to Redis was lost before the answer came";
    this.reject(unavailable(message, { outcome: "unknown", cause }));
  }

  unsent(): void {
    this.#sendAgain(this);
  }

  abandon(): void {
    this.#settle();
  }

  fail(reason: "timeout" | "abort", cause?: unknown): void {
    const outcome: Outcome = this.command?.isInFlight === true ? "unknown" : "not-applied";
    if (reason === "abort") {
      this.reject(new MemoryError("MEM_ABORTED", "the call was aborted", { cause, outcome }));
    } else if (outcome === "not-applied" && !this.#hasReached()) {
      const message = `there was no connection to Redis within ${this.#timeoutMs} ms`;
      const obstacle = this.command?.refusal ?? this.obstacle;
      this.reject(unavailable(message, { cause: obstacle && withoutArguments(obstacle) }));
    } else {
      const message = `Redis did not answer within ${this.#timeoutMs} ms`;
      this.reject(new MemoryError("MEM_TIMEOUT", message, { outcome }));
    }
  }

  /** Whether a server has it, or its probe, and is silent. */
  #hasReached(): boolean {
    const { command } = this;
    return command?.link !== undefined && command.refusal === undefined && !command.isLost;
  }

  #settle(): boolean {
    if (this.isSettled) return false;
    this.isSettled = true;
    this.#call.trips.delete(this);
    this.onSettled?.();
    return true;
  }
}
