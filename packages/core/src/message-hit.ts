import type { ConversationMessage } from "./conversation/message.ts";
import type { Passage, SearchScores } from "./search-hit.ts";

/** A message that a search found: in a live session's conversation, or among the kept messages. */
export interface MessageHit extends ConversationMessage {
  /** The words of the content, which the search looks at. */
  readonly text: string;
  /** From 0 to 1, comparable between queries. */
  readonly score: number;
  readonly scores: SearchScores;
  /** The part of `text` that best answers the query; all of a short text. */
  readonly passage: Passage;
  /** A few words of the passage that show why the message was found. */
  readonly snippet: string;
  /** The words of the query that were found, in the form in which they are indexed. */
  readonly matched: readonly string[];
  /** The ids of messages that say nearly the same, best first, if the search collapsed them. */
  readonly duplicates?: readonly string[];
}
