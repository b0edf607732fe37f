import { gunzipSync, gzipSync } from "node:zlib";
import { parseJson } from "@mem/core";

/**
 * Maximum size of what is packed, in bytes. Data that inflates to more was not packed here and could exhaust memory.
 */
export const MAX_INFLATED: number = 64 * 1024 * 1024;

/** The fastest level: takes about twice as long as `JSON.stringify` of the value; slower levels save little more. */
const LEVEL = 1;

/** Returns two elements of a JSON array. Replies are read as text, so the second is base64. */
export function pack(body: string): string {
  return `"gzip","${gzipSync(body, { level: LEVEL }).toString("base64")}"`;
}

/** Returns the elements that were packed, given the second of the two. Throws if `pack` did not make it. */
export function unpack(packed: unknown): readonly unknown[] {
  const compressed = Buffer.from(packed as string, "base64");
  const body = gunzipSync(compressed, { maxOutputLength: MAX_INFLATED }).toString();
  return parseJson(`[${body}]`) as readonly unknown[];
}
