import type { JsonObject, JsonValue } from "./json.ts";
import { searchableText } from "./searchable-text.ts";

/** Bytes encoded as text, such as an image, are not words. */
const ENCODED_BYTES = /[\w+/=-]{200,}/g;

/**
 * The words of a message: its content if that is a string; the `text` of content parts in a model's format; of anything
 * else its words and numbers.
 */
export function messageText(content: JsonValue): string {
  if (typeof content === "string") return content;
  if (Array.isArray(content)) return content.map(messageText).filter(Boolean).join("\n");
  const text = ownText(content);
  return text ?? searchableText(content).replace(ENCODED_BYTES, "");
}

function ownText(content: JsonValue): string | undefined {
  if (typeof content !== "object" || content === null) return undefined;
  const { text } = content as JsonObject;
  return typeof text === "string" ? text : undefined;
}
