import { checkId, MemoryError, type SessionCall } from "@mem/core";
import { encodeId } from "./envelope.ts";
import type { Place } from "./keys.ts";
import { headerArgs } from "./scripts/script.ts";

/** Where a script runs, for which session, and what it is told of both before its own arguments. */
export class Address {
  readonly place: Place;
  /** What the tenant's registry has answered, in a Cluster, where a script can't reach it. */
  lifeToken = "";
  ownToken = "";
  readonly #session: Session;

  /** `MEM_INVALID_ARGUMENT` for a session where there can be none. */
  constructor(place: Place, session?: SessionCall) {
    this.place = place;
    this.#session = session === undefined ? NO_SESSION : checkSession(place, session);
  }

  /** Whether a call is refused when its session is over. */
  get isTied(): boolean {
    return this.#session !== NO_SESSION;
  }

  /** Whether a script can work for both at once. */
  equals(other: Address): boolean {
    const [one, two] = [this.#session, other.#session];
    return (
      this.place.base === other.place.base &&
      this.place.prefix === other.place.prefix &&
      one.epoch === two.epoch &&
      one.actor === two.actor &&
      one.activity === two.activity
    );
  }

  header(offsetMs: number): string[] {
    const { prefix, owner } = this.place;
    const { epoch, actor, activity } = this.#session;
    const { lifeToken, ownToken } = this;
    const clock = { deadline: "", offset: String(offsetMs) };
    const session = { epoch, actor, activity };
    return headerArgs({ ...clock, ...session, prefix, owner, lifeToken, ownToken });
  }
}

interface Session {
  readonly epoch: string;
  readonly actor: string;
  readonly activity: string;
}

const NO_SESSION: Session = { epoch: "", actor: "", activity: "" };

function checkSession(place: Place, { epoch, agentId, activity }: SessionCall): Session {
  if (!place.isWorkflow) {
    throw new MemoryError(
      "MEM_INVALID_ARGUMENT",
      "options.session belongs to calls in a scope with a workflow",
      { path: "options.session" },
    );
  }
  return {
    epoch: checkId(epoch, "options.session.epoch"),
    actor: agentId === undefined ? "" : encodeId(agentId, "options.session.agentId"),
    activity: activity ?? "",
  };
}
