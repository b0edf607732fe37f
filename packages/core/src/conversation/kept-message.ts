import { cloneJson } from "../copy-json.ts";
import type { JsonValue } from "../json.ts";
import type { LongTermWrite } from "../long-term-store.ts";
import type { MessageHit } from "../message-hit.ts";
import { messageText } from "../message-text.ts";
import type { SearchHit } from "../search-hit.ts";
import { messageFacts } from "./conversation-search.ts";
import type { ConversationMessage } from "./message.ts";

/** A message of the lifetime `epoch` as an entry of long-term memory. */
export function keptWrite(message: ConversationMessage, epoch: string): LongTermWrite {
  const { id, position, content, subject, edits = 0 } = message;
  const key = keptKey(id, epoch);
  return {
    key,
    value: cloneJson(message as unknown as JsonValue),
    text: messageText(content),
    sequence: { id: `conversation:${encodeURIComponent(epoch)}`, position },
    metadata: cloneJson(messageFacts(message)),
    ...(subject !== undefined && { subject }),
    source: "message",
    opId: `${position}:${edits}:${key}`,
  };
}

/** Contains the epoch: a later lifetime of the workflow may use the same ids and has its own positions. */
export function keptKey(id: string, epoch: string): string {
  return `${encodeURIComponent(epoch)}:${id}`;
}

/** The lifetime under which the message with this key was kept. */
export function keptEpoch(key: string): string {
  return decodeURIComponent(key.slice(0, key.indexOf(":")));
}

/** Whether the kept entry is this message, whatever its edits. */
export function isSameMessage(
  kept: JsonValue,
  { id, position, timestamp }: ConversationMessage,
): boolean {
  const there = kept as unknown as ConversationMessage;
  return there.id === id && there.position === position && there.timestamp === timestamp;
}

/** Whether the kept entry is at least as new: this edit or a later one, or a later message with the same id. */
export function isAsNewAs(kept: JsonValue, { position, edits = 0 }: ConversationMessage): boolean {
  const there = kept as unknown as ConversationMessage;
  return there.position === position ? (there.edits ?? 0) >= edits : there.position > position;
}

export function toMessageHit(hit: SearchHit): MessageHit {
  const { text, score, scores, passage, snippet, matched, duplicates } = hit;
  return {
    ...(hit.value as unknown as ConversationMessage),
    text,
    score,
    scores,
    passage,
    snippet,
    matched,
    ...(duplicates !== undefined && {
      duplicates: duplicates.map(({ key }) => key.slice(key.indexOf(":") + 1)),
    }),
  };
}
