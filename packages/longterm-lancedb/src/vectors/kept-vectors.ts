import { hash } from "node:crypto";

/** Vectors of an embedder that the store is to go over to, kept until it does: a kill does not lose them. */
export interface KeptVectors extends AsyncDisposable {
  /** How many there are. */
  readonly size: number;
  has(part: string): boolean;
  /** Resolves when they are kept. */
  add(vectors: ReadonlyMap<string, Float32Array>): Promise<void>;
  /** Removes all; nothing can be kept any more. */
  remove(): Promise<void>;
}

/** What a text is kept by. Its first bytes tell nearly all texts apart; whoever reads compares all of them. */
export function partHash(part: string): Buffer {
  return hash("sha256", part, "buffer").subarray(0, 16);
}

/** The first 48 bits of a hash: a number, which takes little memory in a map of a million. */
export function shortHash(bytes: Buffer): number {
  return bytes.readUIntBE(0, 6);
}
