import { hash } from "node:crypto";
import type { JsonValue } from "./json.ts";
import { searchableText } from "./searchable-text.ts";

/**
 * What two entries share that have the same value and text, whatever the order of properties: SHA-256, its first 16
 * bytes in base64url, 22 characters. A text that is made of the value says nothing that the value doesn't.
 */
export function contentHash(value: JsonValue, text: string): string {
  // The text that is made of a value follows the order of its properties, which is to make no difference.
  const own = text === searchableText(value) ? null : text;
  const digits = hash("sha256", JSON.stringify(own) + canonical(value));
  return Buffer.from(digits.slice(0, 32), "hex").toString("base64url");
}

/** JSON that is the same whatever the order of properties was. Made for every entry that is stored: it has to be quick. */
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
