import { createHash } from "node:crypto";
import type { EmbedderFingerprint, EmbedOptions } from "@mem/core";

const KEY_LENGTH = 43;

/** Names the vector of a text: the text itself can't be got back from it. */
export function vectorKey(
  { model, dimensions }: EmbedderFingerprint,
  kind: EmbedOptions["kind"],
  text: string,
): string {
  // As JSON no two of them run together, and also texts that are not well-formed are told apart.
  const named = JSON.stringify([model, dimensions, kind, text]);
  return createHash("sha256").update(named).digest("base64url");
}

export function encodeVector(key: string, vector: Float32Array): string {
  const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
  return `${key} ${bytes.toString("base64")}`;
}

export function keyOf(payload: string): string {
  // A part of a text keeps the whole of it in memory; this is a text of its own.
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
  // A copy, since the bytes may lie where no number may begin.
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
