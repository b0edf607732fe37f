import type { JsonValue } from "./json.ts";

/**
 * The text that stands for a value in search unless the caller gives one: a string itself; for anything else its
 * strings and numbers, one per line, each after the name of its property.
 */
export function searchableText(value: JsonValue): string {
  if (typeof value === "string") return value;
  const lines: string[] = [];
  collect(value, "", lines);
  return lines.join("\n");
}

function collect(value: JsonValue, name: string, lines: string[]): void {
  if (typeof value === "string" || typeof value === "number") {
    lines.push(name === "" ? String(value) : `${name}: ${value}`);
  } else if (Array.isArray(value)) {
    for (const item of value) collect(item, name, lines);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) collect(item, key, lines);
  }
}
