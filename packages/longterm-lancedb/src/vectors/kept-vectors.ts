import { hash } from "node:crypto";

/** Vectors of an embedder that the store is to change to, kept until it has: a kill does not lose them. */
export interface KeptVectors extends AsyncDisposable {
  /** How many there are. */
  readonly size: number;
  has(part: string): boolean;
  /** Resolves when they are kept. */
  add(vectors: ReadonlyMap<string, Float32Array>): Promise<void>;
  /** Removes all of them; nothing can be kept afterwards. */
  remove(): Promise<void>;
}

/** The hash that a text's vector is kept by. Its first bytes tell nearly all texts apart; readers compare all bytes. */
export function partHash(part: string): Buffer {
  return hash("sha256", part, "buffer").subarray(0, 16);
}

/** The first 48 bits of a hash: a number, which takes little memory in a map of a million. */
export function shortHash(bytes: Buffer): number {
  return bytes.readUIntBE(0, 6);
}
