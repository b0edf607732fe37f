import type { JsonObject, JsonValue } from "./json.ts";
import { searchableText } from "./searchable-text.ts";

/** Bytes as text, like those of an image, are no words. */
const ENCODED_BYTES = /[\w+/=-]{200,}/g;

/**
 * The words of a message: its content if that is a string; of parts as models take them their `text`s; of anything else
 * its words and numbers.
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
