import {
  encodeParts,
  encodeScope,
  isMemoryError,
  type CallOptions,
  type ClaimRef,
  type MemoryErrorCode,
  type Scope,
  type SessionCall,
  type ShortTermBackend,
  type WorkflowRef,
} from "@mem/core";
import { ruin } from "../ruin.ts";
import type { Operation } from "./operation.ts";

/** Which version, epoch or token of those that a player has received: the latest of its kind, or the first. */
export type Which = "latest" | "first";

/** How a call is tied to a session whose epoch is not known yet. */
export interface Tie extends Omit<SessionCall, "epoch" | "claim"> {
  readonly epoch: Which;
  readonly claim?: ClaimTie;
}

/** A claim of a step whose token is not known yet. */
export interface ClaimTie {
  readonly step: string;
  readonly token: Which;
}

export interface Refusal {
  readonly rejects: MemoryErrorCode;
  readonly outcome: string;
}

const TIMES = /^(at|(created|updated|expires|started|first|last|claimed)At)$/;
/** A backend may choose these values freely: the topics of the suite test their order and what they measure. */
const FREE = /^(token|bytes)$/;
const NAMES = /^(version|epoch)$/;

/**
 * Plays operations on one memory. It remembers the versions, epochs and tokens that it receives, so that the same
 * operation can be played on another backend, which makes its own. It names versions and epochs by the order in which
 * they first appear, and times by what has passed since the beginning, so that the answers of two backends can be
 * compared.
 */
export class Player {
  readonly advance: (ms: number) => Promise<void>;
  readonly #handles: readonly ShortTermBackend[];
  readonly #sinceBeginning: (time: number) => number;
  readonly #answered = new Map<string, string[]>();
  readonly #names = new Map<string, string>();
  #turn = 0;
  #operations = 0;

  constructor(
    handles: readonly ShortTermBackend[],
    advance: (ms: number) => Promise<void>,
    sinceBeginning: (time: number) => number,
  ) {
    this.#handles = handles;
    this.advance = advance;
    this.#sinceBeginning = sinceBeginning;
  }

  /** The handle whose turn it is: each operation uses the next handle on the memory. */
  get backend(): ShortTermBackend {
    return this.#handles[this.#turn % this.#handles.length]!;
  }

  /** Plays an operation; resolves with its answer in a comparable form. */
  async play(operation: Operation): Promise<unknown> {
    this.#turn++;
    const answer = await settle(operation.run(this));
    const told = this.#tell(answer);
    // The answer belongs to the caller: changing it must not affect the backend.
    ruin(answer);
    return told;
  }

  /** Remembers a version, an epoch or a token. */
  remember(place: string, answered: string): void {
    const before = this.#answered.get(place);
    if (before === undefined) this.#answered.set(place, [answered]);
    else before.push(answered);
  }

  /** Returns one that was remembered for this place, or one that never existed. */
  recall(place: string, which: Which): string {
    return this.#answered.get(place)?.at(which === "first" ? 0 : -1) ?? "never answered";
  }

  /** Returns a name that no operation has had before. */
  newOperation(): string {
    return `operation ${++this.#operations}`;
  }

  /** The options that tie a call in this scope to a session, if anything does. */
  options(scope: Scope, tie: Tie | undefined): CallOptions {
    if (tie === undefined) return {};
    const { epoch: which, claim: claimTie, ...session } = tie;
    const { tenantId, workflowId = "" } = scope;
    const epoch = this.recall(epochsOf({ tenantId, workflowId }), which);
    const claim = claimTie && { claim: this.claimRef(epoch, claimTie) };
    return { session: { ...session, epoch, ...claim } };
  }

  /** Returns a claim in this lifetime, or one that never existed if no token was received. */
  claimRef(epoch: string, { step, token }: ClaimTie): ClaimRef {
    const answered = this.#answered.get(tokensOf(epoch, step))?.at(token === "first" ? 0 : -1);
    return { step, token: Number(answered ?? 0) };
  }

  #tell(answer: unknown): unknown {
    if (Array.isArray(answer)) return answer.map((one) => this.#tell(one));
    if (typeof answer !== "object" || answer === null) return answer;
    return Object.fromEntries(
      Object.entries(answer).map(([property, value]: [string, unknown]) => {
        if (typeof value === "number" && TIMES.test(property))
          return [property, this.#sinceBeginning(value)];
        if (FREE.test(property)) return [property, typeof value];
        if (typeof value === "string" && NAMES.test(property)) return [property, this.#name(value)];
        return [property, this.#tell(value)];
      }),
    );
  }

  #name(answered: string): string {
    let name = this.#names.get(answered);
    if (name === undefined) {
      name = `#${this.#names.size + 1}`;
      this.#names.set(answered, name);
    }
    return name;
  }
}

/** Resolves with a call's answer, or with the code and outcome of its refusal. */
export async function settle<T>(answer: Promise<T>): Promise<T | Refusal> {
  try {
    return await answer;
  } catch (error) {
    if (!isMemoryError(error)) throw error;
    return { rejects: error.code, outcome: error.outcome };
  }
}

/** Where the versions of an entry are remembered. */
export function versionsOf(scope: Scope, key: string): string {
  return encodeParts(["version", encodeScope(scope), key]);
}

/** Where the tokens of a step are remembered. */
export function tokensOf(epoch: string, step: string): string {
  return encodeParts(["token", epoch, step]);
}

/** Where the epochs of a workflow are remembered. */
export function epochsOf({ tenantId, workflowId }: WorkflowRef): string {
  return encodeParts(["epoch", tenantId, workflowId]);
}
