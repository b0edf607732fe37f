import {
  encodeParts,
  encodeScope,
  isMemoryError,
  type CallOptions,
  type MemoryErrorCode,
  type Scope,
  type SessionCall,
  type ShortTermBackend,
  type WorkflowRef,
} from "@mem/core";
import { ruin } from "../ruin.ts";
import type { Operation } from "./operation.ts";

/** One of the versions or epochs that a player was answered: the latest of its kind, or the first. */
export type Which = "latest" | "first";

/** How a call is tied to a session, before anybody knows its epoch. */
export interface Tie extends Omit<SessionCall, "epoch"> {
  readonly epoch: Which;
}

export interface Refusal {
  readonly rejects: MemoryErrorCode;
  readonly outcome: string;
}

const TIMES = /^(at|(created|updated|expires|started|first|last)At)$/;
const NAMES = /^(version|epoch)$/;

/**
 * Plays operations on one memory. It remembers the versions and epochs that it is answered, so that the same operation
 * can be played on another backend, which makes its own; and it tells them by the order in which they first came up,
 * and times by what has passed since the beginning, so that the answers of two backends can be compared.
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

  /** Whose turn it is: every operation goes through the next handle on the memory. */
  get backend(): ShortTermBackend {
    return this.#handles[this.#turn % this.#handles.length]!;
  }

  /** What the operation is answered, in words that can be compared. */
  async play(operation: Operation): Promise<unknown> {
    this.#turn++;
    const answer = await settle(operation.run(this));
    const told = this.#tell(answer);
    // It belongs to the caller, and the backend has to be none the worse for it.
    ruin(answer);
    return told;
  }

  /** Takes note of a version or epoch. */
  remember(place: string, answered: string): void {
    const before = this.#answered.get(place);
    if (before === undefined) this.#answered.set(place, [answered]);
    else before.push(answered);
  }

  /** One that was answered there; something else where nothing was. */
  recall(place: string, which: Which): string {
    return this.#answered.get(place)?.at(which === "first" ? 0 : -1) ?? "never answered";
  }

  /** The name of an operation that has not been there before. */
  newOperation(): string {
    return `operation ${++this.#operations}`;
  }

  /** What ties a call in this scope to a session, if anything. */
  options(scope: Scope, tie: Tie | undefined): CallOptions {
    if (tie === undefined) return {};
    const { epoch, ...session } = tie;
    const { tenantId, workflowId = "" } = scope;
    return {
      session: { ...session, epoch: this.recall(epochsOf({ tenantId, workflowId }), epoch) },
    };
  }

  #tell(answer: unknown): unknown {
    if (Array.isArray(answer)) return answer.map((one) => this.#tell(one));
    if (typeof answer !== "object" || answer === null) return answer;
    return Object.fromEntries(
      Object.entries(answer).map(([property, value]: [string, unknown]) => {
        if (typeof value === "number" && TIMES.test(property))
          return [property, this.#sinceBeginning(value)];
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

/** What a call is answered, or with which code it is refused. */
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

/** Where the epochs of a workflow are remembered. */
export function epochsOf({ tenantId, workflowId }: WorkflowRef): string {
  return encodeParts(["epoch", tenantId, workflowId]);
}
