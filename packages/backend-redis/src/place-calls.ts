import { isMemoryError, throwIfAborted, type CallOptions } from "@mem/core";
import type { Cluster, Redis } from "ioredis";
import { Address, NO_TOKENS, type Tokens } from "./address.ts";
import { Batch } from "./batch.ts";
import type { Call } from "./call.ts";
import { readsReplicas } from "./client.ts";
import type { Ask, Connection } from "./connection.ts";
import type { Errand, Reply } from "./errand.ts";
import type { Place } from "./keys.ts";
import { claimLost, copyOf, sessionEnded } from "./redis-errors.ts";
import type { PlaceScripts } from "./scripts/place-scripts.ts";
import { headerArgs, type Script } from "./scripts/script.ts";
import { delist, enlist } from "./scripts/tenant.ts";
import type { Solitary } from "./turn.ts";

/** Runs a script at one place. Rejects if the session has ended or the claim is not held. */
export type AskPlace = (script: Script | PlaceScripts, args: readonly string[]) => Promise<Reply>;

/** Runs scripts where the data of a scope is stored. */
export class PlaceCalls {
  readonly connection: Connection;
  /** Whether a tenant's registry may be on another node than its places. */
  readonly isCluster: boolean;
  readonly #readsReplicas: boolean;
  readonly #timeOffsetMs: () => number;

  constructor(connection: Connection, client: Redis | Cluster, timeOffsetMs: () => number) {
    this.connection = connection;
    this.isCluster = client.isCluster;
    this.#readsReplicas = readsReplicas(client);
    this.#timeOffsetMs = timeOffsetMs;
  }

  /** Milliseconds added to the server's time at the moment. */
  offset(): number {
    return Math.round(this.#timeOffsetMs());
  }

  /**
   * Whether a plain command reads the same as a script: the server has freed what is expired by its own time, the data
   * has no second home, and no replica answers that may lag behind.
   */
  allowsPlain({ place, isTied }: Address, offsetMs: number): boolean {
    return !place.isWorkflow && !isTied && !this.#readsReplicas && offsetMs === 0;
  }

  run<T>(options: CallOptions | undefined, work: (ask: Ask, call: Call) => Promise<T>): Promise<T> {
    return this.connection.run(options?.signal, work);
  }

  /** Makes a call to one place, batched with others of this tick. Resolves the results of its items, in order. */
  together<Result>(
    place: Place,
    errand: Errand<Result>,
    args: readonly string[],
    options: CallOptions | undefined,
  ): Promise<Result[]> {
    const address = new Address(place, options?.session);
    throwIfAborted(options?.signal);
    const length = args.reduce((total, arg) => total + arg.length, 0);
    const call = { errand, address, args, length, offsetMs: this.offset() };
    // A call that has entered has to leave, so nothing may throw after this.
    this.connection.enter();
    const batch = this.connection.tick.batchFor(call, (round) => new Batch(this, call, round));
    return batch.add(call, options?.signal) as Promise<Result[]>;
  }

  /** Makes a call to one place, in order with the others of this tick. */
  at<T>(
    place: Place,
    what: Solitary,
    options: CallOptions | undefined,
    work: (ask: AskPlace) => Promise<T>,
  ): Promise<T> {
    const { tick } = this.connection;
    return this.aside(place, options, (ask, call) => tick.turn(place, call, what, () => work(ask)));
  }

  /** Makes a call to one place that needs no order with the others of this tick. */
  aside<T>(
    place: Place,
    options: CallOptions | undefined,
    work: (ask: AskPlace, call: Call) => Promise<T>,
  ): Promise<T> {
    const address = new Address(place, options?.session);
    return this.run(options, (ask, call) =>
      work((script, args) => this.#ask(ask, address, script, args), call),
    );
  }

  /** Runs a script at a place, within a call that concerns several places. */
  within(ask: Ask, place: Place, script: Script, args: readonly string[]): Promise<Reply> {
    return this.#ask(ask, new Address(place), script, args);
  }

  /** Runs a script about a place's lifetime, in its turn. */
  inTurn(
    ask: Ask,
    call: Call,
    place: Place,
    script: Script,
    args: readonly string[],
  ): Promise<Reply> {
    return this.connection.tick.turn(place, call, "lifetime", () =>
      this.within(ask, place, script, args),
    );
  }

  /** Runs a script at the registry of a tenant. */
  async registry(ask: Ask, home: string, script: Script, args: readonly string[]): Promise<Reply> {
    const untied = { epoch: "", actor: "", activity: "", claim: "", ...NO_TOKENS };
    const clock = { deadline: "", offset: String(this.offset()) };
    const header = headerArgs({ ...clock, ...untied, prefix: "", owner: "" });
    return (await ask({ script, keys: [home], args: () => [...header, ...args] })) as Reply;
  }

  /**
   * Lists a place in the registry, as a script's reply demands. Resolves the tokens to send that script with again;
   * another script may need the place listed for longer and must not use them.
   */
  async register(ask: Ask, address: Address, reply: Reply, tokens: Tokens): Promise<Tokens> {
    const [, , kind, ...terms] = reply as unknown as [number, string, string, ...string[]];
    const { owner, registry } = address.place;
    const name = kind === "life" ? `l:${owner.slice(2)}` : owner;
    const [, , token] = await this.#enlist(ask, registry, [name, ...terms]);
    return { ...tokens, [kind === "life" ? "lifeToken" : "ownToken"]: token as string };
  }

  async #enlist(ask: Ask, home: string, named: readonly string[]): Promise<Reply> {
    try {
      return await this.registry(ask, home, enlist, named);
    } catch (error) {
      // A superfluous name is harmless, and the call's own work has not begun.
      throw isMemoryError(error) ? copyOf(error, "not-applied") : error;
    }
  }

  /** Removes places that are now empty from the registry, each by its name and the score it was found with. */
  async forget(ask: Ask, home: string, named: readonly string[]): Promise<void> {
    if (named.length === 0) return;
    try {
      await this.registry(ask, home, delist, named);
    } catch (error) {
      // The call's own work is done. A superfluous name is harmless and lapses by itself.
      if (!isMemoryError(error)) throw error;
    }
  }

  /** Returns the variant of a script that runs at a place. */
  scriptFor({ isWorkflow }: Place, script: Script | PlaceScripts): Script {
    if ("sha" in script) return script;
    return isWorkflow ? script.workflow : script.agent;
  }

  /** Returns prefixes of the keys that a script may touch. */
  keysOf({ base, registry }: Place): readonly string[] {
    return this.isCluster ? [base] : [base, registry];
  }

  async #ask(
    ask: Ask,
    address: Address,
    script: Script | PlaceScripts,
    args: readonly string[],
  ): Promise<Reply> {
    const { place } = address;
    const fitting = this.scriptFor(place, script);
    const offsetMs = this.offset();
    let tokens = NO_TOKENS;
    const request = {
      script: fitting,
      keys: this.keysOf(place),
      args: () => [...address.header(offsetMs, tokens).slice(0, fitting.headerLength), ...args],
    };
    for (;;) {
      const reply = (await ask(request)) as Reply;
      if (reply[1] === "ENDED") throw sessionEnded();
      if (reply[1] === "UNCLAIMED") throw claimLost();
      if (reply[1] !== "UNREGISTERED") return reply;
      tokens = await this.register(ask, address, reply, tokens);
    }
  }
}
