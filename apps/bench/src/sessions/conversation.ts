import type { Message } from "./messages.ts";

/** What is compared: one conversation, as a participant holds it. */
export interface Conversation {
  /** Adds a message under an id that nothing else uses. */
  append(message: Message, id: string): Promise<unknown>;
  /** Adds many messages in one call; absent: each is added with `append`. */
  fill?(messages: readonly Message[]): Promise<unknown>;
  /** The last messages as it returns them, in any order. */
  last(count: number): Promise<readonly unknown[]>;
  /** The text of one of the messages that it returns. */
  textOf(message: unknown): unknown;
  /** The ids of all messages, oldest first; only for conversations that several processes can join. */
  ids?(): Promise<readonly string[]>;
}

/** Joins a conversation, and creates it if it does not exist. */
export type Join = (conversationId: string) => Promise<Conversation>;
