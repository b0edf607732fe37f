import type { NamesOf } from "../checks.ts";
import type { ConversationMessage } from "./message.ts";
import { MemoryError } from "../errors.ts";
import { matchesFilter } from "../filter-match.ts";
import type { JsonObject } from "../json.ts";
import type { MessageHit } from "../message-hit.ts";
import { messageText } from "../message-text.ts";
import { checkReranker, type Reranker } from "../reranker.ts";
import { ANY_SEARCH_OPTIONS, type SearchOptions } from "../search-options.ts";
import { searchRequest } from "../search-query.ts";
import type { SearchRequest } from "../search-request.ts";

/**
 * Options of a conversation search: those of a search in memory. Messages are neighbours of each other. Filters apply
 * to a message's metadata together with its `role` and `agentId`.
 */
export interface ConversationSearchOptions extends Omit<
  SearchOptions,
  "memoryType" | "workflowId" | "reranker"
> {
  /** Scores the best messages again; if it fails, the search rejects with `MEM_UNAVAILABLE`. */
  readonly reranker?: Reranker<MessageHit>;
}

export const CONVERSATION_SEARCH_OPTIONS: NamesOf<ConversationSearchOptions> = ANY_SEARCH_OPTIONS;

/** A message of a live conversation, with the text to search. */
export interface SearchableMessage extends ConversationMessage {
  readonly text: string;
}

/**
 * Searches messages by their words: follows `request` in everything but its filter, for which it calls `admits`. `now`
 * is the time in milliseconds since 1970. `@mem/session` has an implementation.
 */
export type MessageScorer = (
  messages: readonly SearchableMessage[],
  request: SearchRequest,
  admits: (message: ConversationMessage) => boolean,
  now: number,
) => MessageHit[];

/** Makes the checked search request from a caller's arguments. */
export function conversationRequest(
  query: string,
  options: ConversationSearchOptions,
): SearchRequest {
  if (options.reranker !== undefined) checkReranker(options.reranker);
  return searchRequest(query, options);
}

/** The fields that a filter sees. `role` and `agentId` come from the message, never from its metadata. */
export function messageFacts({ role, agentId, metadata = {} }: ConversationMessage): JsonObject {
  const { agentId: _, ...facts } = metadata;
  return { ...facts, role, ...(agentId !== undefined && { agentId }) };
}

/** Searches the given messages. */
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

/** Only kept messages have vectors. */
export function refuseVectors({ mode }: SearchRequest): void {
  if (mode === "auto" || mode === "keyword") return;
  throw new MemoryError(
    "MEM_UNSUPPORTED",
    `a conversation that is not kept has no vectors, so it can't be searched in mode "${mode}"; search by keyword, or start the session with keepConversation`,
    { path: "options.mode" },
  );
}
