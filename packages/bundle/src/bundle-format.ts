import type { EmbedderFingerprint } from "@mem/core";

/** The first line of a bundle. */
export interface BundleHeader {
  readonly format: string;
  readonly formatVersion: number;
  /** The embedder that made the entries' vectors; absent if they have none. */
  readonly embedder?: EmbedderFingerprint;
}

/** The last line. Without it the bundle was not written to its end. */
export interface BundleEnd {
  readonly end: true;
  readonly entries: number;
  /** Of every byte before this line, in hexadecimal. */
  readonly sha256: string;
}

export const FORMAT_NAME = "mem-bundle";
/** The newest version that this release reads, and the one that it writes. */
export const FORMAT_VERSION = 1;
