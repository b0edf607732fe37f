import { createHash } from "node:crypto";
import type { EmbedderFingerprint, EmbedOptions } from "@mem/core";

const KEY_LENGTH = 43;

/** Identifies the vector of a text; the text can't be recovered from it. */
export function vectorKey(
  { model, dimensions }: EmbedderFingerprint,
  kind: EmbedOptions["kind"],
  text: string,
): string {
  // JSON keeps the parts apart and escapes lone surrogates, so that different inputs stay distinct.
  const named = JSON.stringify([model, dimensions, kind, text]);
  return createHash("sha256").update(named).digest("base64url");
}

export function encodeVector(key: string, vector: Float32Array): string {
  const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
  return `${key} ${bytes.toString("base64")}`;
}

export function keyOf(payload: string): string {
  // A slice would keep the whole payload in memory; this is a string of its own.
  return Buffer.from(payload.slice(0, KEY_LENGTH), "latin1").toString("latin1");
}

/** `undefined` for anything but the vector of that key. */
export function decodeVector(
  payload: string,
  key: string,
  dimensions: number,
): Float32Array | undefined {
  if (!payload.startsWith(`${key} `)) return undefined;
  const bytes = Buffer.from(payload.slice(KEY_LENGTH + 1), "base64");
  if (bytes.byteLength !== dimensions * Float32Array.BYTES_PER_ELEMENT) return undefined;
  // A copy, since the bytes may not be aligned for 32-bit numbers.
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
