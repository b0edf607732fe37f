import type { ConversationMessage } from "./conversation.ts";
import type { Passage, SearchScores } from "./search-hit.ts";

/** A message that was found: in a live session's conversation, or among those that were kept. */
export interface MessageHit extends ConversationMessage {
  /** The words of the content, which are searched. */
  readonly text: string;
  /** From 0 to 1, comparable between queries. */
  readonly score: number;
  readonly scores: SearchScores;
  /** The part of `text` that answers best; of a short text all of it. */
  readonly passage: Passage;
  /** The few words of the passage that show why it was found. */
  readonly snippet: string;
  /** The words of the query that were found, as they are indexed. */
  readonly matched: readonly string[];
  /** The ids of messages that say nearly the same, best first, where the search collapsed them. */
  readonly duplicates?: readonly string[];
}
