import { MemoryError, type ConversationSummary, type Workflow } from "@mem/core";
import type { ContextRequest } from "./context-request.ts";
import { invalid } from "./session-options.ts";
import type { MessageGroup } from "./tool-groups.ts";

/**
 * The smallest share of the room to leave for a new summary: its length is not known in advance, and covering more
 * messages now saves another call with the next message.
 */
const NEXT_SHARE = 1 / 4;

/** The summary of the messages that no longer fit, while a context is assembled. */
export class RollingSummary {
  readonly #request: ContextRequest;
  /** The tokens available for the summary and the messages. */
  readonly #room: number;
  readonly #kept: ConversationSummary | undefined;
  #current: ConversationSummary | undefined;
  #tokens: number;

  constructor(request: ContextRequest, room: number, kept: ConversationSummary | undefined) {
    this.#request = request;
    this.#room = room;
    this.#kept = kept;
    this.#current = kept;
    this.#tokens = kept === undefined ? 0 : request.countText(kept.text);
  }

  /** Absent if there is none, or no room for it. */
  get text(): string | undefined {
    return this.#tokens <= this.#room ? this.#current?.text : undefined;
  }

  get tokens(): number {
    return this.#tokens <= this.#room ? this.#tokens : 0;
  }

  /** The tokens available for messages. */
  get roomBeside(): number {
    return this.#room - this.tokens;
  }

  /** The tokens that will be available for messages beside the next summary. */
  get roomBesideNext(): number {
    return this.#room - Math.max(this.tokens, Math.ceil(this.#room * NEXT_SHARE));
  }

  /** The position of the last message that it covers. */
  get through(): number {
    return this.#current?.through ?? 0;
  }

  /** The groups that it does not cover yet. */
  newIn(fallen: readonly MessageGroup[]): readonly MessageGroup[] {
    if (this.#request.summarize === undefined) return [];
    return fallen.filter(({ last, state }) => last > this.through && state !== "uncalled");
  }

  /** Summarises these groups, too. */
  async takeIn(groups: readonly MessageGroup[]): Promise<void> {
    const { summarize, countText, signal } = this.#request;
    const messages = groups
      .flatMap((group) => group.messages)
      .toSorted((a, b) => a.position - b.position);
    const text: unknown = await orAborted(summarize?.(messages, this.#current?.text), signal);
    if (typeof text !== "string") throw invalid("options.summarize", "has to give a text");
    const tokens = countText(text);
    if (tokens > this.#room) throw tooLong(tokens, this.#room);
    this.#current = { text, through: groups.at(-1)?.last ?? this.through };
    this.#tokens = tokens;
  }

  /** Stores it for all members if it changed. One that covers as much and was stored meanwhile stays. */
  async keep(workflow: Workflow): Promise<void> {
    if (this.#current === undefined || this.#current === this.#kept) return;
    await workflow.keepConversationSummary(this.#current, this.#request.signal);
  }
}

/** Resolves to the result, unless the signal fires first: a summariser may be slow and does not know the signal. */
async function orAborted<T>(work: T | Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(givenUp(signal.reason));
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function givenUp(cause: unknown): MemoryError {
  const message = "the context was given up while older messages were summarised";
  return new MemoryError("MEM_ABORTED", message, { cause });
}

function tooLong(tokens: number, room: number): MemoryError {
  const path = "options.summarize";
  return new MemoryError(
    "MEM_TOO_LARGE",
    `${path} gave a summary of ${tokens} tokens, and there is room for ${room}`,
    { path },
  );
}
