import { MemoryError, type Outcome } from "@mem/core";
import type { Call, Trip } from "./call.ts";
import { unavailable, withoutArguments } from "./redis-errors.ts";
import type { Request, SentCommand, Waiter } from "./sent-command.ts";

/** Receives the outcome of a trip. */
export interface Traveller {
  resolve(reply: unknown): void;
  reject(error: unknown): void;
}

/** Sends requests to the server and handles their replies. */
export interface Sender {
  readonly timeoutMs: number;
  send(trip: PendingTrip): void;
  receive(trip: PendingTrip, command: SentCommand, reply: unknown): void;
  /** Called when a command was not answered in time. */
  silent(command: SentCommand): void;
  recover(trip: PendingTrip, command: SentCommand, error: Error, wasInFlight: boolean): void;
}

/** One request on its way to the server, and who waits for its answer. */
export class PendingTrip implements Trip, Waiter {
  readonly request: Request;
  /** The latest command made for it; absent if there was no connection so far. */
  command: SentCommand | undefined;
  /** Why it could not be sent so far. */
  obstacle: Error | undefined;
  /** Whether the server has refused it once because its deadline had passed. */
  wasLate = false;
  /** Removes it from wherever it waits. */
  onSettled: (() => void) | undefined;
  readonly #call: Call;
  readonly #sender: Sender;
  #traveller: Traveller | undefined;

  constructor(request: Request, call: Call, traveller: Traveller, sender: Sender) {
    this.request = request;
    this.#call = call;
    this.#traveller = traveller;
    this.#sender = sender;
    call.add(this);
  }

  get isSettled(): boolean {
    return this.#traveller === undefined;
  }

  get deadline(): number {
    return this.#call.deadline;
  }

  /** Whether it was written and not answered, so that nobody knows whether it took effect. */
  get isInFlight(): boolean {
    return this.command?.isInFlight === true;
  }

  resolve(reply: unknown): void {
    this.#settle()?.resolve(reply);
  }

  reject(error: unknown): void {
    this.#settle()?.reject(error);
  }

  lost(cause?: Error): void {
    const message = "the connection to Redis was lost before the answer came";
    this.reject(unavailable(message, { outcome: "unknown", cause }));
  }

  unsent(): void {
    this.#sender.send(this);
  }

  replied(command: SentCommand, reply: unknown): void {
    this.#sender.receive(this, command, reply);
  }

  failed(command: SentCommand, error: Error, wasInFlight: boolean): void {
    this.#sender.recover(this, command, error, wasInFlight);
  }

  abandon(): void {
    this.#settle();
  }

  fail(reason: "timeout" | "abort", cause?: unknown): void {
    const outcome: Outcome = this.isInFlight ? "unknown" : "not-applied";
    const { command } = this;
    if (reason === "abort") {
      this.reject(new MemoryError("MEM_ABORTED", "the call was aborted", { cause, outcome }));
    } else if (outcome === "not-applied" && !this.#hasReached()) {
      const message = `there was no connection to Redis within ${this.#sender.timeoutMs} ms`;
      const obstacle = command?.refusal ?? this.obstacle;
      this.reject(unavailable(message, { cause: obstacle && withoutArguments(obstacle) }));
    } else {
      const message = `Redis did not answer within ${this.#sender.timeoutMs} ms`;
      this.reject(new MemoryError("MEM_TIMEOUT", message, { outcome }));
      if (command !== undefined) this.#sender.silent(command);
    }
  }

  /** Whether a server has received it, or its probe, and is silent. */
  #hasReached(): boolean {
    const { command } = this;
    return command?.link !== undefined && command.refusal === undefined && !command.isLost;
  }

  /** Settles the trip, once; returns who has to be told. */
  #settle(): Traveller | undefined {
    const traveller = this.#traveller;
    if (traveller === undefined) return undefined;
    // A settled trip may stay in the heap for long, and keeps alive what it refers to.
    this.#traveller = undefined;
    this.#call.remove(this);
    this.onSettled?.();
    return traveller;
  }
}
