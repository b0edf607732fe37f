import type { NamesOf } from "../checks.ts";
import type { JsonInput, JsonObject, JsonPrimitive, JsonValue } from "../json.ts";
import type { LogItem } from "../short-term-backend.ts";

/** Who speaks; other strings are allowed. */
export type MessageRole = "system" | "user" | "assistant" | "tool" | (string & {});

/** A tool call in a message. Further properties that a model gives it are kept as they are. */
export interface ToolCall {
  /** Identifies the call; the message with its result has the same id as `toolCallId`. */
  readonly id: string;
  readonly name?: string;
  readonly arguments?: JsonValue;
}

/** A `ToolCall` as you pass it in. */
export interface NewToolCall {
  readonly id: string;
  readonly name?: string;
  readonly arguments?: JsonPrimitive | object;
}

export interface NewMessage {
  readonly role: MessageRole;
  /** Text, or content parts in the model's format (any JSON). */
  readonly content: JsonPrimitive | object;
  readonly agentId?: string;
  readonly metadata?: { readonly [key: string]: JsonInput };
  /**
   * The tools it calls, at most 63. When the conversation reaches its maximum, a call is dropped together with its
   * results, so that neither stays without the other.
   */
  readonly toolCalls?: readonly NewToolCall[];
  /** In a message with the role `"tool"`: the id of the call that it answers. */
  readonly toolCallId?: string;
  /** The person the message is about; `erase` with this subject erases it where it is kept. */
  readonly subject?: string;
  /** Identifies the message: adding it twice takes effect once. At most 8,192 characters. Default: a random id. */
  readonly id?: string;
}

export const NEW_MESSAGE: NamesOf<NewMessage> = {
  role: true,
  content: true,
  agentId: true,
  metadata: true,
  toolCalls: true,
  toolCallId: true,
  subject: true,
  id: true,
};

export interface ConversationMessage {
  readonly id: string;
  /** 1, 2, 3, … in the order of the conversation; the position of a deleted message is not used again. */
  readonly position: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly agentId?: string;
  readonly role: MessageRole;
  readonly content: JsonValue;
  readonly metadata?: JsonObject;
  readonly toolCalls?: readonly ToolCall[];
  readonly toolCallId?: string;
  readonly subject?: string;
  /** How often it was edited; absent: never. */
  readonly edits?: number;
  /** When it was edited last, in milliseconds since 1970. */
  readonly editedAt?: number;
}

/** Fields that a message has once it was read. They are accepted, and made anew. */
export const GIVEN_TO_MESSAGE: NamesOf<Omit<ConversationMessage, keyof NewMessage>> = {
  position: true,
  timestamp: true,
  edits: true,
  editedAt: true,
};

/** The changes to a message: each property given replaces the old one. */
export interface MessageChange {
  readonly content?: JsonPrimitive | object;
  readonly metadata?: { readonly [key: string]: JsonInput };
}

export const MESSAGE_CHANGE: NamesOf<MessageChange> = { content: true, metadata: true };

/** The part of a message that is stored as the value of its log item. */
export type StoredMessage = Omit<ConversationMessage, "id" | "position" | "timestamp">;

export function toMessage({ id, position, at, value }: LogItem): ConversationMessage {
  return { id, position, timestamp: at, ...(value as unknown as StoredMessage) };
}

/** The ids of tool calls that tie a message to others: a call to its results. */
export function messageTies({ toolCalls = [], toolCallId }: StoredMessage): string[] {
  const ties = toolCalls.map(({ id }) => id);
  return toolCallId === undefined ? ties : [...ties, toolCallId];
}
