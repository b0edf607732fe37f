import { randomFillSync } from "node:crypto";
import { ChainFields, type ChainState } from "./chain-fields.ts";
import { NO_DIGEST, type LineDigester } from "./line-digest.ts";

/** The lines of one writer in one file, each with the digest of the one before. */
export class Chain {
  readonly writer: string = newWriterId();
  readonly #digester: LineDigester;
  readonly #fields: ChainFields;

  constructor(digester: LineDigester) {
    this.#digester = digester;
    this.#fields = new ChainFields(this.writer, digester.field, { sequence: 0, digest: NO_DIGEST });
  }

  get state(): ChainState {
    return this.#fields.state;
  }

  /** Goes back to an earlier state, because the lines since then are not in the file. */
  restore(state: ChainState): void {
    this.#fields.reset(state);
  }

  /** Turns a JSON object with at least one field into the next line of the chain, without its newline. */
  link(json: string): Buffer {
    const line = Buffer.allocUnsafe(Buffer.byteLength(json) + MAX_CHAIN_BYTES);
    return line.subarray(0, this.linkInto(json, line, 0));
  }

  /** The same, into a buffer from `start` on; returns where the line ends. Needs room for `MAX_CHAIN_BYTES` more. */
  linkInto(json: string, buffer: Buffer, start: number): number {
    const { bytes, ownFieldBytes } = this.#fields;
    // The chain fields overwrite the closing brace.
    const at = start + buffer.write(json, start) - 1;
    buffer.set(bytes, at);
    const own = at + bytes.length;
    const digest = this.#digester.digest(buffer.subarray(start, own - ownFieldBytes));
    const end = own + buffer.write(digest, own, "latin1");
    this.#fields.advance(buffer, own);
    buffer[end] = 0x22;
    buffer[end + 1] = 0x7d;
    return end + 2;
  }
}

/** Upper bound of what the chain fields add to a line, in bytes. */
export const MAX_CHAIN_BYTES = 160;

// Draws random bytes for many ids at once: ten thousand agents may begin at the same time.
const WRITER_BYTES = 9;
const pool = Buffer.alloc(WRITER_BYTES * 128);
let used = pool.length;

function newWriterId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += WRITER_BYTES;
  return pool.toString("base64url", used - WRITER_BYTES, used);
}
