import { hash } from "node:crypto";
import type { JsonValue } from "./json.ts";
import { searchableText } from "./searchable-text.ts";

/**
 * A hash that entries share if they have the same value and text, whatever the order of properties: the first 16 bytes
 * of SHA-256 in base64url, 22 characters. A text that was made from the value does not count.
 */
export function contentHash(value: JsonValue, text: string): string {
  // A text made from the value follows the order of its properties, which must make no difference.
  const own = text === searchableText(value) ? null : text;
  const digits = hash("sha256", JSON.stringify(own) + canonical(value));
  return Buffer.from(digits.slice(0, 32), "hex").toString("base64url");
}

/** JSON independent of the order of properties. Made for every entry that is stored, so it has to be fast. */
function canonical(value: JsonValue): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const parts: string[] = [];
  let isSorted = true;
  for (const name of Object.keys(value)) {
    const part = `${JSON.stringify(name)}:${canonical(value[name] as JsonValue)}`;
    isSorted &&= parts.length === 0 || (parts.at(-1) as string) < part;
    parts.push(part);
  }
  return `{${(isSorted ? parts : parts.toSorted()).join(",")}}`;
}
