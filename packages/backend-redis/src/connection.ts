import { MemoryError, throwIfAborted } from "@mem/core";
import type { Cluster, Redis } from "ioredis";
import { Calls } from "./call.ts";
import type { RedisClient } from "./client.ts";
import { PendingTrip } from "./pending-trip.ts";
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

/** Asks the server once; in a script's answer the server's clock comes first, then what became of it. */
export type Ask = (request: Request) => Promise<unknown>;

export interface ConnectionOptions {
  readonly timeoutMs: number;
  readonly maxPending: number;
}

/** How long a trip waits that a client that is ready could not send: a node of its Cluster is gone. */
const RESEND_MS = 100;

/**
 * Sends requests over a client and sees to it that each is answered by its call's deadline, with the truth about what
 * happened. Requests wait here, not in the client, until it is ready: what was never handed over was never sent.
 */
export class Connection {
  readonly #client: Redis | Cluster;
  readonly #isOwned: boolean;
  readonly #options: ConnectionOptions;
  readonly #calls: Calls;
  readonly #waiting = new Set<PendingTrip>();
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

  /** Runs one call. Whatever `work` waits for settles by the deadline, or when the signal fires. */
  async run<T>(signal: AbortSignal | undefined, work: (ask: Ask) => Promise<T>): Promise<T> {
    throwIfAborted(signal);
    const { maxPending } = this.#options;
    if (this.#calls.size >= maxPending) {
      throw new MemoryError(
        "MEM_CAPACITY",
        `${maxPending} calls are waiting for Redis already: wait for some of them first`,
      );
    }
    const call = this.#calls.begin(signal);
    try {
      return await work((request) => {
        if (call.over !== undefined) return Promise.reject(call.over);
        return new Promise((resolve, reject) => {
          const { timeoutMs } = this.#options;
          this.#send(new PendingTrip(request, call, timeoutMs, resolve, reject, this.#send));
        });
      });
    } finally {
      this.#calls.end(call);
    }
  }

  /** The primaries of a Cluster; one `undefined` for a single server, which needs no naming. */
  nodes(): (Redis | undefined)[] {
    return "nodes" in this.#client ? this.#client.nodes("master") : [undefined];
  }

  /** Waits for the calls under way, then lets go of the client. */
  async close(): Promise<void> {
    await this.#calls.settled();
    this.#client.off("node error", this.#onError);
    this.#client.off("ready", this.#onReady);
    this.#client.off("end", this.#onEnd);
    if (this.#isOwned) this.#client.disconnect();
    else this.#client.off("error", this.#onError);
  }

  readonly #send = (trip: PendingTrip): void => {
    if (trip.isSettled) return;
    if (this.#client.status !== "ready") {
      this.#wait(trip);
      return;
    }
    const { request } = trip;
    const receiver = ("node" in request ? request.node : undefined) ?? this.#client;
    const command = new SentCommand(request, trip, this.#options.timeoutMs);
    trip.command = command;
    let answer: Promise<unknown>;
    try {
      answer = receiver.sendCommand(command) as Promise<unknown>;
    } catch (cause) {
      command.arrived();
      trip.reject(unwritable(cause));
      return;
    }
    answer.then(
      (reply) => this.#onReply(trip, command, reply),
      (error: unknown) => this.#onFailure(trip, command, error as Error),
    );
  };

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
    // A failure also arrives as an "error" event.
    if (status === "wait" || status === "end") this.#client.connect().catch(() => undefined);
  }

  #onReply(trip: PendingTrip, command: SentCommand, reply: unknown): void {
    command.arrived();
    if (command.link === undefined) {
      trip.reject(foreignWriter());
      return;
    }
    if (command.isProbe) {
      const [seconds, microseconds] = reply as [string, string];
      command.learn(Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000));
      if (!command.isLost) this.#send(trip);
      return;
    }
    if ("script" in trip.request) {
      const [serverMs, status] = reply as [number, string];
      command.learn(serverMs);
      // Nothing was done, and the server's clock is known now; twice means that there is no time left.
      if (status === "LATE") {
        if (trip.wasLate) trip.fail("timeout");
        else {
          trip.wasLate = true;
          this.#send(trip);
        }
        return;
      }
    }
    trip.resolve(reply);
  }

  #onFailure(trip: PendingTrip, command: SentCommand, error: Error): void {
    const wasInFlight = command.isInFlight;
    command.arrived();
    if (command.isLost) return;
    if (wasInFlight) {
      trip.lost(withoutArguments(error));
    } else if (isErrorReply(error) && command.link === undefined && !isRefusal(error)) {
      // Who isn't let in may not have written it; anything else is an answer.
      trip.reject(foreignWriter());
    } else if (isUnknownScript(error)) {
      command.forgetScript();
      this.#send(trip);
    } else if (isErrorReply(error)) {
      trip.reject(fromReply(error));
    } else {
      // The client could not write it: another moment, or another node, may do.
      trip.obstacle = this.#lastError ?? error;
      this.#sendLater(trip);
    }
  }

  #sendLater(trip: PendingTrip): void {
    const timer = setTimeout(() => this.#send(trip), RESEND_MS);
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
    for (const trip of this.#takeWaiting()) this.#send(trip);
  };

  /** The client has given up, or was closed by its owner: sending says which. */
  readonly #onEnd = (): void => {
    for (const trip of this.#takeWaiting()) this.#sendLater(trip);
  };

  #takeWaiting(): PendingTrip[] {
    const trips = [...this.#waiting];
    this.#waiting.clear();
    return trips;
  }
}
