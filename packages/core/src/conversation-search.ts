import type { SearchOptions } from "./agent-memory.ts";
import type { ConversationMessage } from "./conversation.ts";
import { MemoryError } from "./errors.ts";
import { matchesFilter } from "./filter-match.ts";
import type { JsonObject } from "./json.ts";
import type { MessageHit } from "./message-hit.ts";
import { messageText } from "./message-text.ts";
import { checkReranker, type Reranker } from "./reranker.ts";
import { searchRequest } from "./search-query.ts";
import type { SearchRequest } from "./search-request.ts";

/**
 * How a conversation is searched: as memories are. Messages are neighbours of each other, and filters are on their
 * metadata together with their `role` and `agentId`.
 */
export interface ConversationSearchOptions extends Omit<
  SearchOptions,
  "memoryType" | "workflowId" | "reranker"
> {
  /** Judges the best messages anew; where it fails, the search rejects with `MEM_UNAVAILABLE`. */
  readonly reranker?: Reranker<MessageHit>;
}

/** A message of a live conversation, as it is searched. */
export interface SearchableMessage extends ConversationMessage {
  readonly text: string;
}

/**
 * Searches messages by their words: all that `request` asks, but for its filter, which is `admits`. `now` is the time, in
 * milliseconds since 1970. `@mem/session` has one.
 */
export type MessageScorer = (
  messages: readonly SearchableMessage[],
  request: SearchRequest,
  admits: (message: ConversationMessage) => boolean,
  now: number,
) => MessageHit[];

/** What is asked, from what a caller said. */
export function conversationRequest(
  query: string,
  options: ConversationSearchOptions,
): SearchRequest {
  if (options.reranker !== undefined) checkReranker(options.reranker);
  return searchRequest(query, options);
}

/** What a filter is about. Who speaks is what the message says, never what its metadata does. */
export function messageFacts({ role, agentId, metadata = {} }: ConversationMessage): JsonObject {
  const { agentId: _, ...facts } = metadata;
  return { ...facts, role, ...(agentId !== undefined && { agentId }) };
}

/** Searches messages that are at hand. */
export function searchMessages(
  messages: readonly ConversationMessage[],
  request: SearchRequest,
  score: MessageScorer,
  now: number,
): MessageHit[] {
  const { filter } = request;
  const searchable = messages.map((message) => ({
    ...message,
    text: messageText(message.content),
  }));
  const admits = (message: ConversationMessage): boolean =>
    filter === undefined || matchesFilter(filter, messageFacts(message));
  return score(searchable, request, admits, now);
}

/** Only what is kept has vectors. */
export function refuseVectors({ mode }: SearchRequest): void {
  if (mode === "auto" || mode === "keyword") return;
  throw new MemoryError(
    "MEM_UNSUPPORTED",
    `a conversation that is not kept has no vectors, so it can't be searched in mode "${mode}"; search by keyword, or start the session with keepConversation`,
    { path: "options.mode" },
  );
}
