import { checkOptions } from "../checks.ts";
import {
  CONVERSATION_SEARCH_OPTIONS,
  conversationRequest,
  refuseVectors,
  searchMessages,
  type ConversationSearchOptions,
  type MessageScorer,
} from "../conversation/conversation-search.ts";
import type { MessageHit } from "../message-hit.ts";
import { searchReranked } from "../reranker.ts";
import type { SearchRequest } from "../search-request.ts";
import type { Lifetime } from "./lifetime.ts";
import { liveState } from "./member-records.ts";

/** Searches the kept messages of every lifetime; if they are not kept, those that the conversation still has. */
export async function searchConversation(
  lifetime: Lifetime,
  query: string,
  options: ConversationSearchOptions,
  score: MessageScorer,
): Promise<MessageHit[]> {
  checkOptions(options, CONVERSATION_SEARCH_OPTIONS);
  const { reranker, signal } = options;
  const { backends, conversation, kept, keepsConversation } = lifetime;
  const request = conversationRequest(query, options);
  if (!keepsConversation) refuseVectors(request);
  const call = lifetime.reading(signal);
  const search = async (asked: SearchRequest): Promise<MessageHit[]> => {
    if (!keepsConversation) {
      const messages = await conversation.history({}, call);
      return searchMessages(messages, asked, score, backends.clock.now());
    }
    await liveState(lifetime, call);
    return kept.search(asked, signal === undefined ? {} : { signal });
  };
  return searchReranked(reranker, request, search, signal);
}
