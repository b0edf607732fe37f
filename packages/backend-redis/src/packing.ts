import { gunzipSync, gzipSync } from "node:zlib";

/** Nothing larger is packed, so what would inflate to more was not packed here and could take all the memory. */
export const MAX_INFLATED: number = 64 * 1024 * 1024;

/** The fastest: about twice what the JSON of the same value takes, and slower ones make little of it smaller. */
const LEVEL = 1;

/** Two elements of an array. Replies are read as text, so the second is base64. */
export function pack(body: string): string {
  return `"gzip","${gzipSync(body, { level: LEVEL }).toString("base64")}"`;
}

/** The elements that were packed, from the second of the two. Throws where that is nothing that was packed here. */
export function unpack(packed: unknown): readonly unknown[] {
  const compressed = Buffer.from(packed as string, "base64");
  const body = gunzipSync(compressed, { maxOutputLength: MAX_INFLATED }).toString();
  return JSON.parse(`[${body}]`) as readonly unknown[];
}
