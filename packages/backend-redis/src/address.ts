import { checkId, MemoryError, type ClaimRef, type SessionCall } from "@mem/core";
import { encodeId } from "./envelope.ts";
import type { Place } from "./keys.ts";
import { headerArgs } from "./scripts/script.ts";

/** Tokens from the tenant's registry; only in a Cluster, where a script can't reach the registry. */
export interface Tokens {
  readonly lifeToken: string;
  readonly ownToken: string;
}

export const NO_TOKENS: Tokens = { lifeToken: "", ownToken: "" };

/** The place and the session of a call, and the header that tells a script about both. */
export class Address {
  readonly place: Place;
  readonly #session: Session;

  /** Throws `MEM_INVALID_ARGUMENT` if a session is given for a place without a workflow. */
  constructor(place: Place, session?: SessionCall) {
    this.place = place;
    this.#session = session === undefined ? NO_SESSION : checkSession(place, session);
  }

  /** Whether the call belongs to a session, and is refused once that has ended. */
  get isTied(): boolean {
    return this.#session !== NO_SESSION;
  }

  /** Whether one script run can serve calls to both. */
  equals(other: Address): boolean {
    const [one, two] = [this.#session, other.#session];
    return (
      this.place.base === other.place.base &&
      this.place.prefix === other.place.prefix &&
      one.epoch === two.epoch &&
      one.actor === two.actor &&
      one.activity === two.activity &&
      one.claim === two.claim
    );
  }

  header(offsetMs: number, tokens: Tokens): string[] {
    const { prefix, owner } = this.place;
    const { epoch, actor, activity, claim } = this.#session;
    const clock = { deadline: "", offset: String(offsetMs) };
    const session = { epoch, actor, activity, claim };
    return headerArgs({ ...clock, ...session, prefix, owner, ...tokens });
  }
}

interface Session {
  readonly epoch: string;
  readonly actor: string;
  readonly activity: string;
  readonly claim: string;
}

const NO_SESSION: Session = { epoch: "", actor: "", activity: "", claim: "" };

function checkSession(place: Place, session: SessionCall): Session {
  const { epoch, agentId, activity, claim } = session;
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
    claim: claim === undefined ? "" : claimText(claim),
  };
}

function claimText({ step, token }: ClaimRef): string {
  return `${token} ${encodeId(checkId(step, "options.session.claim.step"), "options.session.claim.step")}`;
}
