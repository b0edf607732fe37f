import type { Backends } from "../backends.ts";
import { checkCount, type NamesOf } from "../checks.ts";
import { invalid, isMemoryError, MemoryError } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import type { CallOptions } from "../keyed-store.ts";
import { checkId, type WorkflowRef } from "../scope.ts";
import type { LogItem, LogRead, LogWrite } from "../short-term-backend.ts";
import {
  toMessage,
  type ConversationMessage,
  type MessageChange,
  type NewMessage,
  type StoredMessage,
} from "./message.ts";
import { checkMessageId, prepareChange, prepareMessage } from "./new-message.ts";

export interface HistoryOptions {
  /** The maximum number of messages, the latest ones. Default and maximum: the manager's `maxConversationHistory`. */
  readonly limit?: number;
  /** Only messages of this agent. */
  readonly agentId?: string;
  /** Only messages before this position, for paging backwards. */
  readonly before?: number;
  /** Only messages after this position: what is new since then. */
  readonly after?: number;
  readonly signal?: AbortSignal;
}

export const HISTORY_OPTIONS: NamesOf<HistoryOptions> = {
  limit: true,
  agentId: true,
  before: true,
  after: true,
  signal: true,
};

const LOG = "conversation";
const MAX_PAGE = 1000;
const MAX_ATTEMPTS = 200;

/** The conversation of one workflow, stored as a log in the workflow's own scope. */
export class Conversation {
  readonly #backends: Backends;
  readonly #workflow: WorkflowRef;

  constructor(backends: Backends, workflow: WorkflowRef) {
    this.#backends = backends;
    this.#workflow = workflow;
  }

  /** A checked copy of a message, which belongs to the library. */
  prepare(message: NewMessage): LogWrite {
    return prepareMessage(message, this.#backends.limits);
  }

  /** Adds a prepared message. */
  async add(
    message: LogWrite,
    ttlMs: number | null | "session",
    call: CallOptions,
  ): Promise<ConversationMessage> {
    const [added] = await this.addAll([message], ttlMs, call);
    return added as ConversationMessage;
  }

  async addAll(
    messages: readonly LogWrite[],
    ttlMs: number | null | "session",
    call: CallOptions,
  ): Promise<ConversationMessage[]> {
    const { shortTerm, maxConversationHistory: maxItems } = this.#backends;
    const bounds = { maxItems, ttlMs };
    const items = await shortTerm.append(this.#workflow, LOG, messages, bounds, call);
    return items.map(toMessage);
  }

  /** Changes a message; no change of another writer is lost. */
  async edit(id: string, change: MessageChange, call: CallOptions): Promise<ConversationMessage> {
    checkMessageId(id, "id");
    const changed = prepareChange(change, this.#backends.limits);
    for (let tried = 0; tried < MAX_ATTEMPTS; tried++) {
      const edited = await this.#tryEdit(id, changed, call);
      if (edited !== "changed meanwhile") return toMessage(edited);
    }
    throw new MemoryError(
      "MEM_CONFLICT",
      `the message was changed by others during ${MAX_ATTEMPTS} attempts to edit it; try again, or edit it less often`,
    );
  }

  /** Removes a message. Resolves to it if it was there. */
  async remove(id: string, call: CallOptions): Promise<ConversationMessage | undefined> {
    const edit = { id: checkMessageId(id, "id") };
    const item = await this.#backends.shortTerm.edit(this.#workflow, LOG, edit, call);
    return item && toMessage(item);
  }

  async has(id: string, call: CallOptions): Promise<boolean> {
    const [item] = await this.#backends.shortTerm.find(this.#workflow, LOG, [id], call);
    return item !== undefined;
  }

  /** The latest messages, oldest first. A log holds at most `maxConversationHistory`, so one read can return all. */
  async history(options: HistoryOptions, call: CallOptions): Promise<ConversationMessage[]> {
    const { maxConversationHistory: max } = this.#backends;
    const asked = checkCount(options.limit ?? max, "options.limit", 1, Number.MAX_SAFE_INTEGER);
    const limit = Math.min(asked, max);
    const { agentId } = options;
    if (agentId !== undefined) checkId(agentId, "options.agentId");
    const between = positions(options);
    return agentId === undefined
      ? this.page({ ...between, limit }, call)
      : this.#ofAgent(agentId, { ...between, limit }, call);
  }

  /** The latest messages that match, oldest first. */
  async page(read: LogRead, call: CallOptions): Promise<ConversationMessage[]> {
    return (await this.#backends.shortTerm.read(this.#workflow, LOG, read, call)).map(toMessage);
  }

  /** Reads backwards, in growing pages, only as far as needed. */
  async #ofAgent(
    agentId: string,
    { limit, ...between }: LogRead,
    call: CallOptions,
  ): Promise<ConversationMessage[]> {
    const pages: ConversationMessage[][] = [];
    let read: LogRead = { ...between, limit: Math.min(2 * limit, MAX_PAGE) };
    let found = 0;
    for (;;) {
      const page = await this.page(read, call);
      const own = page.filter((message) => message.agentId === agentId);
      pages.push(own);
      found += own.length;
      const [oldest] = page;
      if (found >= limit || oldest === undefined || page.length < read.limit) break;
      read = { ...read, before: oldest.position, limit: Math.min(2 * read.limit, MAX_PAGE) };
    }
    return pages.toReversed().flat().slice(-limit);
  }

  async #tryEdit(
    id: string,
    changed: JsonObject,
    call: CallOptions,
  ): Promise<LogItem | "changed meanwhile"> {
    const { shortTerm, clock } = this.#backends;
    const [item] = await shortTerm.find(this.#workflow, LOG, [id], call);
    if (item === undefined) throw notFound();
    const { edits = 0, editedAt: _, ...old } = item.value as unknown as StoredMessage;
    const value = { ...old, ...changed, edits: edits + 1, editedAt: clock.now() };
    const edit = { id, value: value as unknown as JsonObject, ifEdits: item.edits };
    try {
      const edited = await shortTerm.edit(this.#workflow, LOG, edit, call);
      if (edited === undefined) throw notFound();
      return edited;
    } catch (error) {
      // A lost claim is a conflict, too, but not one to retry.
      if (isMemoryError(error, "MEM_CONFLICT") && error.retryable) return "changed meanwhile";
      throw error;
    }
  }
}

function notFound(): MemoryError {
  return new MemoryError("MEM_NOT_FOUND", "the conversation has no message of this id");
}

function positions({ before, after }: HistoryOptions): Pick<LogRead, "before" | "after"> {
  for (const [name, position] of Object.entries({ before, after })) {
    if (position !== undefined && !Number.isInteger(position)) {
      throw invalid(`options.${name}`, "has to be the position of a message");
    }
  }
  return { ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
}
