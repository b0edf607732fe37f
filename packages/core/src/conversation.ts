import type { Backends } from "./backends.ts";
import { checkCount } from "./checks.ts";
import { invalid, MemoryError } from "./errors.ts";
import { copyJson, copyJsonObject } from "./copy-json.ts";
import { type JsonInput, type JsonObject, type JsonPrimitive, type JsonValue } from "./json.ts";
import type { CallOptions } from "./keyed-store.ts";
import { checkId, MAX_ID_LENGTH, type WorkflowRef } from "./scope.ts";
import type { LogItem, LogRead, LogWrite } from "./short-term-backend.ts";

/** Who speaks; open to more. */
export type MessageRole = "system" | "user" | "assistant" | "tool" | (string & {});

export interface NewMessage {
  readonly role: MessageRole;
  /** Text, or parts as the model takes them (any JSON). */
  readonly content: JsonPrimitive | object;
  readonly agentId?: string;
  readonly metadata?: { readonly [key: string]: JsonInput };
  /** The person the message is about; where it is kept, `erase` finds it by this. */
  readonly subject?: string;
  /** Names the message, so that adding it twice has one effect; at most 8,192 characters. Default: a random one. */
  readonly id?: string;
}

export interface ConversationMessage {
  readonly id: string;
  /** 1, 2, 3, … in the order of the conversation. */
  readonly position: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly agentId?: string;
  readonly role: MessageRole;
  readonly content: JsonValue;
  readonly metadata?: JsonObject;
  readonly subject?: string;
}

export interface HistoryOptions {
  /** At most this many, the latest. Default and maximum: the manager's `maxConversationHistory`. */
  readonly limit?: number;
  /** Only messages of this agent. */
  readonly agentId?: string;
  /** Only positions below this one: for paging backwards. */
  readonly before?: number;
  /** Only positions above this one: what came since. */
  readonly after?: number;
  readonly signal?: AbortSignal;
}

const LOG = "conversation";

/** Half of what an id may be: where the message is kept, its lifetime stands beside it in the key. */
const MAX_MESSAGE_ID_LENGTH = MAX_ID_LENGTH / 2;

/** The conversation of one workflow, kept as a log of the workflow's own scope. */
export class Conversation {
  readonly #backends: Backends;
  readonly #workflow: WorkflowRef;

  constructor(backends: Backends, workflow: WorkflowRef) {
    this.#backends = backends;
    this.#workflow = workflow;
  }

  /** A checked copy of a message, with the library from now on. */
  prepare(message: NewMessage): LogWrite {
    const { limits } = this.#backends;
    if (typeof message !== "object" || message === null) throw invalid("message", "is missing");
    const { id, role, content, agentId, metadata, subject } = message;
    const value: JsonObject = {
      role: checkId(role, "message.role"),
      content: copyJson(content, "message.content", limits),
    };
    if (agentId !== undefined) value["agentId"] = checkId(agentId, "message.agentId");
    if (metadata !== undefined) {
      value["metadata"] = copyJsonObject(metadata, "message.metadata", limits);
    }
    if (subject !== undefined) value["subject"] = checkId(subject, "message.subject");
    return { id: id === undefined ? crypto.randomUUID() : checkMessageId(id), value };
  }

  /** Adds what was prepared. */
  async add(
    message: LogWrite,
    ttlMs: number | null | "session",
    call: CallOptions,
  ): Promise<ConversationMessage> {
    const { shortTerm, maxConversationHistory: maxItems } = this.#backends;
    const bounds = { maxItems, ttlMs };
    const [item] = await shortTerm.append(this.#workflow, LOG, [message], bounds, call);
    return toMessage(item as LogItem);
  }

  /** The last messages, oldest first. A log holds at most `maxConversationHistory`, so one read sees all there is. */
  async history(options: HistoryOptions, call: CallOptions): Promise<ConversationMessage[]> {
    const { maxConversationHistory: max } = this.#backends;
    const asked = checkCount(options.limit ?? max, "options.limit", 1, Number.MAX_SAFE_INTEGER);
    const limit = Math.min(asked, max);
    const { agentId } = options;
    if (agentId !== undefined) checkId(agentId, "options.agentId");
    const read = { limit: agentId === undefined ? limit : max, ...positions(options) };
    const items = await this.#backends.shortTerm.read(this.#workflow, LOG, read, call);
    const messages = items.map(toMessage);
    if (agentId === undefined) return messages;
    return messages.filter((message) => message.agentId === agentId).slice(-limit);
  }
}

function checkMessageId(id: string): string {
  const path = "message.id";
  if (checkId(id, path).length <= MAX_MESSAGE_ID_LENGTH) return id;
  throw new MemoryError(
    "MEM_TOO_LARGE",
    `${path} is longer than ${MAX_MESSAGE_ID_LENGTH} characters`,
    { path },
  );
}

function positions({ before, after }: HistoryOptions): Pick<LogRead, "before" | "after"> {
  for (const [name, position] of Object.entries({ before, after })) {
    if (position !== undefined && !Number.isInteger(position)) {
      throw invalid(`options.${name}`, "has to be the position of a message");
    }
  }
  return { ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
}

function toMessage({ id, position, at, value }: LogItem): ConversationMessage {
  const stored = value as Omit<ConversationMessage, "id" | "position" | "timestamp">;
  return { id, position, timestamp: at, ...stored };
}
