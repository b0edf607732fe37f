import { createHash } from "node:crypto";
import type { JsonValue } from "./json.ts";
import { searchableText } from "./searchable-text.ts";

/**
 * What two entries share that have the same value and text, whatever the order of properties: SHA-256, its first 16
 * bytes in base64url, 22 characters. A text that is made of the value says nothing that the value doesn't.
 */
export function contentHash(value: JsonValue, text: string): string {
  // The text that is made of a value follows the order of its properties, which is to make no difference.
  const own = text === searchableText(value) ? null : text;
  const hash = createHash("sha256").update(JSON.stringify(own));
  return hash.update(canonical(value)).digest().subarray(0, 16).toString("base64url");
}

/** JSON that is the same whatever the order of properties was. */
function canonical(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const parts = Object.entries(value).map(
    ([name, each]) => `${JSON.stringify(name)}:${canonical(each)}`,
  );
  return `{${parts.toSorted().join(",")}}`;
}
