import { MemoryError, throwIfAborted } from "@mem/core";
import type { Cluster, Redis } from "ioredis";
import { Calls, type Call } from "./call.ts";
import type { RedisClient } from "./client.ts";
import { PendingTrip, type Sender, type Traveller } from "./pending-trip.ts";
import {
  foreignWriter,
  fromReply,
  isErrorReply,
  isRefusal,
  isUnknownScript,
  unavailable,
  unwritable,
  withoutArguments,
} from "./redis-errors.ts";
import { SentCommand, type Request } from "./sent-command.ts";
import { Tick } from "./tick.ts";

/** Sends one request to the server. A script's reply begins with the server's clock and a status. */
export type Ask = (request: Request) => Promise<unknown>;

export interface ConnectionOptions {
  readonly timeoutMs: number;
  readonly maxPending: number;
}

/** Delay before a trip is sent again that a ready client could not send, because a node of its Cluster is gone. */
const RESEND_MS = 100;

/**
 * Sends requests over a client and settles each by its call's deadline, with a truthful outcome. Requests wait here,
 * not in the client, until it is ready: a request that was never handed over was never sent.
 */
export class Connection implements Sender {
  readonly tick: Tick = new Tick();
  readonly #client: Redis | Cluster;
  readonly #isOwned: boolean;
  readonly #options: ConnectionOptions;
  readonly #calls: Calls;
  readonly #waiting = new Set<PendingTrip>();
  #pending = 0;
  #lastError: Error | undefined;

  constructor({ client, isOwned }: RedisClient, options: ConnectionOptions) {
    this.#client = client;
    this.#isOwned = isOwned;
    this.#options = options;
    this.#calls = new Calls(options.timeoutMs);
    client.on("error", this.#onError);
    client.on("node error", this.#onError);
    client.on("ready", this.#onReady);
    client.on("end", this.#onEnd);
  }

  /** Runs one call. Every trip that `work` makes settles by the deadline, or when the signal fires. */
  async run<T>(
    signal: AbortSignal | undefined,
    work: (ask: Ask, call: Call) => Promise<T>,
  ): Promise<T> {
    throwIfAborted(signal);
    this.enter();
    const call = this.#calls.begin(signal);
    try {
      return await work((request) => {
        if (call.over !== undefined) return Promise.reject(call.over);
        return this.ask(call, request);
      }, call);
    } finally {
      this.#calls.end(call);
      this.leave();
    }
  }

  /** Counts a user's call as in flight. Throws `MEM_CAPACITY` if there are too many. */
  enter(): void {
    const { maxPending } = this.#options;
    if (this.#pending >= maxPending) {
      throw new MemoryError(
        "MEM_CAPACITY",
        `${maxPending} calls are waiting for Redis already: wait for some of them first`,
      );
    }
    this.#pending++;
  }

  leave(): void {
    this.#pending--;
  }

  /** Begins what the calls that have entered share: a deadline and trips. */
  begin(): Call {
    return this.#calls.begin();
  }

  end(call: Call): void {
    this.#calls.end(call);
  }

  get timeoutMs(): number {
    return this.#options.timeoutMs;
  }

  ask(call: Call, request: Request): Promise<unknown> {
    const { promise, ...traveller } = Promise.withResolvers<unknown>();
    this.askFor(traveller, call, request);
    return promise;
  }

  askFor(traveller: Traveller, call: Call, request: Request): PendingTrip {
    const trip = new PendingTrip(request, call, traveller, this);
    this.send(trip);
    return trip;
  }

  /** The primaries of a Cluster, or one `undefined` for a single server, which need not be named. */
  nodes(): (Redis | undefined)[] {
    return "nodes" in this.#client ? this.#client.nodes("master") : [undefined];
  }

  /** Waits for the calls in flight, then releases the client. */
  async close(): Promise<void> {
    await this.#calls.settled();
    this.#client.off("node error", this.#onError);
    this.#client.off("ready", this.#onReady);
    this.#client.off("end", this.#onEnd);
    if (this.#isOwned) this.#client.disconnect();
    else this.#client.off("error", this.#onError);
  }

  send(trip: PendingTrip): void {
    if (trip.isSettled) return;
    if (this.#client.status !== "ready") {
      this.#wait(trip);
      return;
    }
    const { request } = trip;
    const receiver = ("node" in request ? request.node : undefined) ?? this.#client;
    const command = new SentCommand(request, trip, this.timeoutMs);
    trip.command = command;
    try {
      const answer = receiver.sendCommand(command) as Promise<unknown>;
      if (command.link === undefined || answer !== command.promise) {
        this.#watch(trip, command, answer);
      }
    } catch (cause) {
      command.arrived();
      trip.reject(unwritable(cause));
    }
  }

  /** Watches `answer`: if the client has something else write the command, the command itself never settles. */
  #watch(trip: PendingTrip, command: SentCommand, answer: Promise<unknown>): void {
    const blame = (error?: unknown): void => {
      if (command.isSettled || command.link !== undefined) return;
      // A client that was refused access may have written nothing.
      if (isRefusal(error)) trip.reject(fromReply(error));
      else if (error === undefined || isErrorReply(error)) trip.reject(foreignWriter());
      else this.#sendLater(trip);
    };
    answer.then(() => blame(), blame);
  }

  #wait(trip: PendingTrip): void {
    const { status } = this.#client;
    if (status === "end" && !this.#isOwned) {
      trip.reject(unavailable("the given client has been closed", { retryable: false }));
      return;
    }
    if (isRefusal(this.#lastError)) {
      trip.reject(fromReply(this.#lastError));
      return;
    }
    trip.obstacle = this.#lastError;
    this.#waiting.add(trip);
    trip.onSettled = () => this.#waiting.delete(trip);
    // The client also emits a failure as an "error" event.
    if (status === "wait" || status === "end") this.#client.connect().catch(() => undefined);
  }

  receive(trip: PendingTrip, command: SentCommand, reply: unknown): void {
    if (command.isProbe) {
      const [seconds, microseconds] = reply as [string, string];
      command.learn(Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000));
      if (!command.isLost) this.send(trip);
      return;
    }
    if ("script" in trip.request) {
      const [serverMs, status] = reply as [number, string];
      command.learn(serverMs);
      // The script did nothing, and the server's clock is known now. A second time means that no time is left.
      if (status === "LATE") {
        if (trip.wasLate) trip.fail("timeout");
        else {
          trip.wasLate = true;
          this.send(trip);
        }
        return;
      }
    }
    trip.resolve(reply);
  }

  recover(trip: PendingTrip, command: SentCommand, error: Error, wasInFlight: boolean): void {
    if (command.isLost) return;
    if (wasInFlight) {
      trip.lost(withoutArguments(error));
    } else if (isUnknownScript(error)) {
      command.forgetScript();
      this.send(trip);
    } else if (isErrorReply(error)) {
      trip.reject(fromReply(error));
    } else {
      // The client could not write it; it may succeed later, or on another node.
      trip.obstacle = this.#lastError ?? error;
      this.#sendLater(trip);
    }
  }

  /** Called when a call has timed out waiting for its answer. */
  silent(command: SentCommand): void {
    if (this.#isOwned && command.isUnheard) command.link?.leave();
  }

  #sendLater(trip: PendingTrip): void {
    const timer = setTimeout(() => this.send(trip), RESEND_MS);
    trip.onSettled = () => clearTimeout(timer);
  }

  readonly #onError = (error: Error): void => {
    this.#lastError = error;
    for (const trip of this.#waiting) {
      if (isRefusal(error)) trip.reject(fromReply(error));
      else trip.obstacle = error;
    }
  };

  readonly #onReady = (): void => {
    this.#lastError = undefined;
    for (const trip of this.#takeWaiting()) this.send(trip);
  };

  /** The client has given up, or its owner has closed it; sending again tells which. */
  readonly #onEnd = (): void => {
    for (const trip of this.#takeWaiting()) this.#sendLater(trip);
  };

  #takeWaiting(): PendingTrip[] {
    const trips = [...this.#waiting];
    this.#waiting.clear();
    return trips;
  }
}
