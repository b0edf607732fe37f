import { checkId, isMemoryError, MemoryError, type CallOptions, type SessionCall } from "@mem/core";
import type { Cluster, Redis } from "ioredis";
import { readsReplicas } from "./client.ts";
import type { Ask, Connection } from "./connection.ts";
import { encodeId } from "./envelope.ts";
import type { Place } from "./keys.ts";
import type { PlaceScripts } from "./scripts/place-scripts.ts";
import { headerArgs, type Script, type ScriptHeader } from "./scripts/script.ts";
import { delist, enlist } from "./scripts/tenant.ts";

/** A script's answer: the server's clock in milliseconds, what became of the call, and what it is about. */
export type Reply = readonly [clock: number, status: string, ...rest: unknown[]];

/** Asks one place, and gets an answer that means that the script has done its work. */
export type AskPlace = (script: Script | PlaceScripts, args: readonly string[]) => Promise<Reply>;

const NO_SESSION = { epoch: "", actor: "", activity: "" };

/** Runs scripts where the data of a scope lies. */
export class PlaceCalls {
  readonly #connection: Connection;
  readonly #isCluster: boolean;
  readonly #timeOffsetMs: () => number;
  /** Whether a plain command may be answered by a replica; scripts never are. */
  readonly readsReplicas: boolean;

  constructor(connection: Connection, client: Redis | Cluster, timeOffsetMs: () => number) {
    this.#connection = connection;
    this.#isCluster = client.isCluster;
    this.readsReplicas = readsReplicas(client);
    this.#timeOffsetMs = timeOffsetMs;
  }

  /** What is added to the server's time just now. */
  offset(): number {
    return Math.round(this.#timeOffsetMs());
  }

  run<T>(options: CallOptions | undefined, work: (ask: Ask) => Promise<T>): Promise<T> {
    return this.#connection.run(options?.signal, work);
  }

  /** One call to one place. */
  at<T>(
    place: Place,
    options: CallOptions | undefined,
    work: (ask: AskPlace) => Promise<T>,
  ): Promise<T> {
    const session = this.#session(place, options?.session);
    return this.run(options, (ask) =>
      work((script, args) => this.#ask(ask, place, choose(script, place), args, session)),
    );
  }

  /** Asks a place within a call that concerns several. */
  within(ask: Ask, place: Place, script: Script, args: readonly string[]): Promise<Reply> {
    return this.#ask(ask, place, script, args, NO_SESSION);
  }

  /** Asks the registry of a tenant. */
  async registry(ask: Ask, home: string, script: Script, args: readonly string[]): Promise<Reply> {
    const header = { ...NO_SESSION, ...this.#clockArgs(), prefix: "", owner: "" };
    const full = headerArgs({ ...header, lifeToken: "", ownToken: "" });
    return (await ask({ script, keys: [home], args: [...full, ...args] })) as Reply;
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

  async #ask(
    ask: Ask,
    place: Place,
    script: Script,
    args: readonly string[],
    session: typeof NO_SESSION,
  ): Promise<Reply> {
    const keys = this.#isCluster ? [place.base] : [place.base, place.registry];
    const { prefix, owner } = place;
    const tokens = { lifeToken: "", ownToken: "" };
    for (;;) {
      const header: ScriptHeader = { ...this.#clockArgs(), prefix, owner, ...session, ...tokens };
      const reply = (await ask({ script, keys, args: [...headerArgs(header), ...args] })) as Reply;
      switch (reply[1]) {
        case "UNREGISTERED": {
          const [, , kind, durationMs] = reply as Reply & [unknown, unknown, string, string];
          const name = kind === "life" ? `l:${owner.slice(2)}` : owner;
          const [, , token] = await this.registry(ask, place.registry, enlist, [name, durationMs]);
          if (kind === "life") tokens.lifeToken = token as string;
          else tokens.ownToken = token as string;
          break;
        }
        case "ENDED":
          throw new MemoryError(
            "MEM_SESSION_ENDED",
            "the session has ended, or this is not its current lifetime",
          );
        default:
          return reply;
      }
    }
  }

  #clockArgs(): { readonly deadline: string; readonly offset: string } {
    return { deadline: "", offset: String(this.offset()) };
  }

  #session(place: Place, session: SessionCall | undefined): typeof NO_SESSION {
    if (session === undefined) return NO_SESSION;
    if (!place.isWorkflow) {
      throw new MemoryError(
        "MEM_INVALID_ARGUMENT",
        "options.session belongs to calls in a scope with a workflow",
        { path: "options.session" },
      );
    }
    const { epoch, agentId, activity } = session;
    return {
      epoch: checkId(epoch, "options.session.epoch"),
      actor: agentId === undefined ? "" : encodeId(agentId, "options.session.agentId"),
      activity: activity ?? "",
    };
  }
}

function choose(script: Script | PlaceScripts, { isWorkflow }: Place): Script {
  if ("sha" in script) return script;
  return isWorkflow ? script.workflow : script.agent;
}
