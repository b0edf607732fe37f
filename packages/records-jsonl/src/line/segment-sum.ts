import type { ControlLine } from "./control-line.ts";
import type { LineDigester, RunningDigest } from "./line-digest.ts";

/** Chained lines count up to this length, in bytes, whatever a store's maximum size of a record is. */
export const MAX_CHAINED_LINE_BYTES: number = 2 ** 29;

/** Computes what a `closed` line states about the chained lines of a segment, in the order of the file. */
export class SegmentSum {
  readonly #digests: RunningDigest;
  #lines = 0;

  constructor(digester: LineDigester) {
    this.#digests = digester.begin();
  }

  /** Adds the digest of the next line with chain fields: a record, a control line or an erased one. */
  add(digest: string): void {
    this.#digests.update(Buffer.from(digest, "base64url"));
    this.#lines += 1;
  }

  /** Returns the `closed` line. Call it once. */
  closed(segment: number, timestamp: string): Extract<ControlLine, { type: "closed" }> {
    const digests = this.#digests.value();
    return { type: "closed", timestamp, segment, lines: this.#lines, digests };
  }
}
