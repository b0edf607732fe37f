import { isMemoryError, throwIfAborted, type CallOptions } from "@mem/core";
import type { Cluster, Redis } from "ioredis";
import { Address } from "./address.ts";
import { Batch } from "./batch.ts";
import type { Call } from "./call.ts";
import { readsReplicas } from "./client.ts";
import type { Ask, Connection } from "./connection.ts";
import type { Errand, Reply } from "./errand.ts";
import type { Place } from "./keys.ts";
import { copyOf, sessionEnded } from "./redis-errors.ts";
import type { PlaceScripts } from "./scripts/place-scripts.ts";
import { headerArgs, type Script } from "./scripts/script.ts";
import { delist, enlist } from "./scripts/tenant.ts";
import type { Solitary } from "./turn.ts";

/** Asks one place, and gets an answer that means that the script has done its work. */
export type AskPlace = (script: Script | PlaceScripts, args: readonly string[]) => Promise<Reply>;

/** Runs scripts where the data of a scope lies. */
export class PlaceCalls {
  readonly connection: Connection;
  readonly #isCluster: boolean;
  readonly #readsReplicas: boolean;
  readonly #timeOffsetMs: () => number;

  constructor(connection: Connection, client: Redis | Cluster, timeOffsetMs: () => number) {
    this.connection = connection;
    this.#isCluster = client.isCluster;
    this.#readsReplicas = readsReplicas(client);
    this.#timeOffsetMs = timeOffsetMs;
  }

  /** What is added to the server's time just now. */
  offset(): number {
    return Math.round(this.#timeOffsetMs());
  }

  /**
   * Whether a plain command reads what a script would: the server has freed what is expired by its own time, what is
   * there has no other home, and no replica answers that has not seen it yet.
   */
  allowsPlain({ place, isTied }: Address, offsetMs: number): boolean {
    return !place.isWorkflow && !isTied && !this.#readsReplicas && offsetMs === 0;
  }

  run<T>(options: CallOptions | undefined, work: (ask: Ask, call: Call) => Promise<T>): Promise<T> {
    return this.connection.run(options?.signal, work);
  }

  /** One call to one place, together with others of this tick. Results of its items, in their order. */
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
    // What has entered is sure to leave: nothing may fail from here on.
    this.connection.enter();
    const batch = this.connection.tick.batchFor(call, (round) => new Batch(this, call, round));
    return batch.add(call, options?.signal) as Promise<Result[]>;
  }

  /** One call to one place, in its turn among the others of this tick. */
  at<T>(
    place: Place,
    what: Solitary,
    options: CallOptions | undefined,
    work: (ask: AskPlace) => Promise<T>,
  ): Promise<T> {
    const { tick } = this.connection;
    return this.aside(place, options, (ask, call) => tick.turn(place, call, what, () => work(ask)));
  }

  /** One call to one place, about something that the others of this tick have nothing to do with. */
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

  /** Asks a place within a call that concerns several. */
  within(ask: Ask, place: Place, script: Script, args: readonly string[]): Promise<Reply> {
    return this.#ask(ask, new Address(place), script, args);
  }

  /** Asks a place about its lifetime, in its turn. */
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

  /** Asks the registry of a tenant. */
  async registry(ask: Ask, home: string, script: Script, args: readonly string[]): Promise<Reply> {
    const untied = { epoch: "", actor: "", activity: "", lifeToken: "", ownToken: "" };
    const clock = { deadline: "", offset: String(this.offset()) };
    const header = headerArgs({ ...clock, ...untied, prefix: "", owner: "" });
    return (await ask({ script, keys: [home], args: () => [...header, ...args] })) as Reply;
  }

  /** Has a place named in the registry, as the answer of a script says that it has to be. */
  async register(ask: Ask, address: Address, reply: Reply): Promise<void> {
    const [, , kind, durationMs] = reply as Reply & [unknown, unknown, string, string];
    const { owner, registry } = address.place;
    const name = kind === "life" ? `l:${owner.slice(2)}` : owner;
    const [, , token] = await this.#enlist(ask, registry, [name, durationMs]);
    if (kind === "life") address.lifeToken = token as string;
    else address.ownToken = token as string;
  }

  async #enlist(ask: Ask, home: string, named: readonly string[]): Promise<Reply> {
    try {
      return await this.registry(ask, home, enlist, named);
    } catch (error) {
      // A name too many is harmless, and what the call is about has not been begun.
      throw isMemoryError(error) ? copyOf(error, "not-applied") : error;
    }
  }

  /** Takes places that are empty now out of the registry, each by its name and the score it was found with. */
  async forget(ask: Ask, home: string, named: readonly string[]): Promise<void> {
    if (named.length === 0) return;
    try {
      await this.registry(ask, home, delist, named);
    } catch (error) {
      // What the call was about has been done. A name too many is harmless and lapses by itself.
      if (!isMemoryError(error)) throw error;
    }
  }

  /** Which form of a script runs at a place. */
  scriptFor({ isWorkflow }: Place, script: Script | PlaceScripts): Script {
    if ("sha" in script) return script;
    return isWorkflow ? script.workflow : script.agent;
  }

  /** What a script may touch there. */
  keysOf({ base, registry }: Place): readonly string[] {
    return this.#isCluster ? [base] : [base, registry];
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
    const request = {
      script: fitting,
      keys: this.keysOf(place),
      args: () => [...address.header(offsetMs).slice(0, fitting.headerLength), ...args],
    };
    for (;;) {
      const reply = (await ask(request)) as Reply;
      if (reply[1] === "ENDED") throw sessionEnded();
      if (reply[1] !== "UNREGISTERED") return reply;
      await this.register(ask, address, reply);
    }
  }
}
