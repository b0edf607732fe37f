import { Command, type Redis } from "ioredis";
import type { ChainLink } from "./chain.ts";
import { linkOf, type Link } from "./link.ts";
import { isErrorReply, withoutDetour } from "./redis-errors.ts";
import type { Script } from "./scripts/script.ts";

/** A script with its keys and arguments. */
export interface ScriptRequest {
  readonly script: Script;
  readonly keys: readonly string[];
  /** Called when the command is written: calls that were given up before then are left out. */
  args(): readonly string[];
}

/** A command that changes nothing. */
export interface ReadRequest {
  readonly command: string;
  readonly args: readonly string[];
  /** The node of a Cluster to send it to. */
  readonly node?: Redis;
}

export type Request = ScriptRequest | ReadRequest;

/** Waits for the answer to a command. */
export interface Waiter {
  /** On the local monotonic clock. */
  readonly deadline: number;
  /** Whether the answer still matters. */
  readonly isSettled: boolean;
  replied(command: SentCommand, reply: unknown): void;
  /** Called if there is no answer, or an error for one. */
  failed(command: SentCommand, error: Error, wasInFlight: boolean): void;
  /** The connection closed before it answered. */
  lost(): void;
  /** The connection closed before the request itself was sent. */
  unsent(): void;
}

/** Share of a call's time that may be lost to uncertainty about the server's clock. */
const CLOCK_TOLERANCE = 0.25;

const AS_TEXT = { replyEncoding: "utf8" } as const;

/**
 * A command that knows whether it was written to a connection, so that a failure can tell its outcome. It is written at
 * most once: if a client would send it again, or too late, a harmless TIME is sent in its place.
 */
export class SentCommand extends Command {
  /** Written and not answered: nobody knows whether it took effect. */
  isInFlight = false;
  /** TIME was sent in its place: the request itself has not been sent. */
  isProbe = false;
  /** Its connection closed before it was answered; the client may or may not notice. */
  isLost = false;
  /** The server's last error reply; the client may try the command again elsewhere. */
  refusal: Error | undefined;
  link: Link | undefined;
  readonly #timeoutMs: number;
  readonly #settle: Settle;
  #request: Request | undefined;
  #waiter: Waiter | undefined;
  #unanswered: ChainLink<SentCommand> | undefined;
  #sentAt = 0;

  constructor(request: Request, waiter: Waiter, timeoutMs: number) {
    if ("script" in request) {
      const { script, keys } = request;
      super("evalsha", [script.sha, String(keys.length), ...keys], AS_TEXT);
    } else {
      super(request.command, [...request.args], AS_TEXT);
    }
    this.#request = request;
    this.#waiter = waiter;
    this.#timeoutMs = timeoutMs;
    // The client tells the waiter directly, not through the promise, which is for others that watch the command.
    this.#settle = { resolve: this.resolve, reject: this.reject };
    this.resolve = takeReply;
    this.reject = takeError;
  }

  /** Called by the client at the moment it writes the command to `socket`. */
  override toWritable(socket: object): string | Buffer {
    const now = performance.now();
    const link = linkOf(socket);
    const mayBeSent = !this.isInFlight && !this.isProbe && this.#waiter?.isSettled === false;
    if (!mayBeSent || !this.#prepare(link, now)) {
      this.isProbe = true;
      this.name = "time";
      this.args = [];
    }
    this.isInFlight = !this.isProbe;
    this.link = link;
    this.#sentAt = now;
    this.#unanswered = link.unanswered.add(this);
    link.gather();
    if (this.reject !== takeError) this.#watchRefusals();
    return super.toWritable(socket);
  }

  /** Called with the server's reply, as the client has decoded it. */
  takeReply(reply: Buffer | Buffer[]): void {
    const waiter = this.#waiter;
    if (this.link !== undefined) this.link.heardAt = performance.now();
    this.arrived();
    this.#settle.resolve(undefined);
    waiter?.replied(this, this.transformReply(reply));
    this.#letGo();
  }

  /** Called when the client gives up the command, or with the server's error reply. */
  takeError(reason: Error): void {
    const waiter = this.#waiter;
    if (isErrorReply(reason)) this.#refused(reason);
    const wasInFlight = this.isInFlight;
    this.arrived();
    this.promise.catch(ignore);
    this.#settle.reject(reason);
    waiter?.failed(this, reason, wasInFlight);
    this.#letGo();
  }

  /** Learns the server's time from a reply. */
  learn(serverMs: number): void {
    this.link?.clock.learn(serverMs, this.#sentAt, this.link.heardAt);
  }

  /** Called when the server has answered, or nobody waits for it any more. */
  arrived(): void {
    this.isInFlight = false;
    if (this.#unanswered !== undefined) this.link?.unanswered.remove(this.#unanswered);
  }

  /** Whether no reply at all has arrived from its server since it was written. */
  get isUnheard(): boolean {
    return this.isInFlight && this.link !== undefined && this.link.heardAt < this.#sentAt;
  }

  /** Called when the connection that it was written to has closed. */
  lose(): void {
    this.isLost = true;
    if (this.isInFlight) this.#waiter?.lost();
    else this.#waiter?.unsent();
  }

  /** Called when the server does not know the script, although it was sent before. */
  forgetScript(): void {
    const request = this.#request;
    if (request !== undefined && "script" in request) this.link?.scripts.delete(request.script.sha);
  }

  /** A settled command may stay in the heap for long, and must not keep its request alive. */
  #letGo(): void {
    this.#waiter = undefined;
    this.#request = undefined;
    this.args = [];
  }

  /** With an error reply, the server has done nothing; a client may then send the command elsewhere. */
  #watchRefusals(): void {
    const reject = this.reject;
    const isScript = this.#request !== undefined && "script" in this.#request;
    this.reject = (reason) => {
      this.reject = reject;
      const error = isScript ? withoutDetour(reason) : reason;
      if (isErrorReply(error)) this.#refused(error);
      reject.call(this, error);
    };
  }

  #refused(error: Error): void {
    this.refusal = error;
    this.arrived();
  }

  /** Fills in what depends on the connection; `false` if the server's clock has to be learned first. */
  #prepare(link: Link, now: number): boolean {
    const request = this.#request;
    if (request === undefined || !("script" in request)) return true;
    const deadline = this.#waiter?.deadline ?? now;
    const serverDeadline = link.clock.at(deadline, now, this.#timeoutMs * CLOCK_TOLERANCE);
    if (serverDeadline === undefined) return false;
    const { script, keys } = request;
    const isKnown = link.scripts.has(script.sha);
    link.scripts.add(script.sha);
    this.name = isKnown ? "evalsha" : "eval";
    this.args = [
      isKnown ? script.sha : script.lua,
      String(keys.length),
      ...keys,
      ...request.args(),
    ];
    this.args[2 + keys.length] = String(serverDeadline);
    return true;
  }
}

interface Settle {
  readonly resolve: (value: undefined) => void;
  readonly reject: (error: Error) => void;
}

// Shared by all commands: a function per command would keep that command alive for long.
function takeReply(this: SentCommand, reply: Buffer | Buffer[]): void {
  this.takeReply(reply);
}

function takeError(this: SentCommand, reason: Error): void {
  this.takeError(reason);
}

function ignore(): void {}
