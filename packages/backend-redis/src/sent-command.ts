import { Command, type Redis } from "ioredis";
import { linkOf, type Link } from "./link.ts";
import { isErrorReply, withoutDetour } from "./redis-errors.ts";
import type { Script } from "./scripts/script.ts";

/** A script with its keys and arguments. */
export interface ScriptRequest {
  readonly script: Script;
  readonly keys: readonly string[];
  readonly args: readonly string[];
}

/** A command that changes nothing. */
export interface ReadRequest {
  readonly command: string;
  readonly args: readonly string[];
  /** The node of a Cluster that is meant. */
  readonly node?: Redis;
}

export type Request = ScriptRequest | ReadRequest;

/** Who waits for the answer. */
export interface Waiter {
  /** On the local monotonic clock. */
  readonly deadline: number;
  /** Whether the answer still matters. */
  readonly isSettled: boolean;
  /** The connection closed before it answered. */
  lost(): void;
  /** The connection closed before the request itself was sent. */
  unsent(): void;
}

/** How much of a call's time may be lost to not knowing the server's clock. */
const CLOCK_TOLERANCE = 0.25;

const AS_TEXT = { replyEncoding: "utf8" } as const;

/**
 * A command that knows whether it was written to a connection, so that a failure can say what became of it, and that
 * is written at most once: a client that would send it again, or late, sends a harmless TIME in its place.
 */
export class SentCommand extends Command {
  /** Written and not answered: nobody knows whether it had its effect. */
  isInFlight = false;
  /** Its answer is the server's time and nothing else: the request itself has not been sent. */
  isProbe = false;
  /** Its connection closed before it was answered; the client may or may not notice. */
  isLost = false;
  /** What the server said to it last, in a client that tries it again elsewhere. */
  refusal: Error | undefined;
  link: Link | undefined;
  readonly #request: Request;
  readonly #waiter: Waiter;
  readonly #timeoutMs: number;
  #sentAt = 0;

  constructor(request: Request, waiter: Waiter, timeoutMs: number) {
    if ("script" in request) {
      const { script, keys, args } = request;
      super("evalsha", [script.sha, keys.length, ...keys, ...args], AS_TEXT);
    } else {
      super(request.command, [...request.args], AS_TEXT);
    }
    this.#request = request;
    this.#waiter = waiter;
    this.#timeoutMs = timeoutMs;
  }

  /** Called by the client at the moment it writes the command to `socket`. */
  override toWritable(socket: object): string | Buffer {
    const now = performance.now();
    const link = linkOf(socket);
    const mayBeSent = !this.isInFlight && !this.isProbe && !this.#waiter.isSettled;
    if (!mayBeSent || !this.#prepare(link, now)) {
      this.isProbe = true;
      this.name = "time";
      this.args = [];
    }
    this.isInFlight = !this.isProbe;
    this.link = link;
    this.#sentAt = now;
    link.written(this);
    link.gather();
    // The server refuses with an error before it does anything; the client may then send the command elsewhere.
    const reject = this.reject;
    this.reject = (reason) => {
      this.reject = reject;
      const error = "script" in this.#request ? withoutDetour(reason) : reason;
      if (isErrorReply(error)) {
        this.refusal = error;
        this.arrived();
      }
      reject.call(this, error);
    };
    return super.toWritable(socket);
  }

  /** Takes the server's time from an answer. */
  learn(serverMs: number): void {
    this.link?.clock.learn(serverMs, this.#sentAt, performance.now());
  }

  /** The server has answered, or nobody waits for it any more. */
  arrived(): void {
    this.isInFlight = false;
    this.link?.answered(this);
  }

  /** The connection that it was written to has closed. */
  lose(): void {
    this.isLost = true;
    if (this.isInFlight) this.#waiter.lost();
    else this.#waiter.unsent();
  }

  /** The server does not know the script, although it was sent to it before. */
  forgetScript(): void {
    if ("script" in this.#request) this.link?.scripts.delete(this.#request.script.sha);
  }

  /** Fills in what depends on the connection; `false` where the server's clock has to be learned first. */
  #prepare(link: Link, now: number): boolean {
    if (!("script" in this.#request)) return true;
    const { script, keys } = this.#request;
    const { deadline } = this.#waiter;
    const serverDeadline = link.clock.at(deadline, now, this.#timeoutMs * CLOCK_TOLERANCE);
    if (serverDeadline === undefined) return false;
    this.args[2 + keys.length] = String(serverDeadline);
    if (link.scripts.has(script.sha)) {
      this.name = "evalsha";
      this.args[0] = script.sha;
    } else {
      link.scripts.add(script.sha);
      this.name = "eval";
      this.args[0] = script.lua;
    }
    return true;
  }
}
