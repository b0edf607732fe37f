import { ChainFields, type ChainState } from "../line/chain-fields.ts";
import { DIGEST_CHARS, type DigestField } from "../line/line-digest.ts";

const END_BYTES = '"}'.length;
const WRITER_AT = ',"writer":"'.length;

/**
 * The bytes with which the next line of a writer has to end, except its own digest. Nearly every line follows the one
 * before it, and comparing it with the expected bytes takes a fraction of the time of parsing it.
 */
export class ExpectedLine {
  readonly #fields: ChainFields;
  /** The first byte of the writer's id, which nearly all other writers' ids do not have. */
  readonly #firstByte: number;

  constructor(writer: string, field: DigestField, state: ChainState) {
    this.#fields = new ChainFields(writer, field, state);
    this.#firstByte = this.#fields.bytes[WRITER_AT] as number;
  }

  get writer(): string {
    return this.#fields.writer;
  }

  /** The sequence of the expected line. */
  get sequence(): number {
    return this.#fields.sequence;
  }

  /** The end of the bytes that the digest covers; -1 if the line is not the expected one. */
  signedEnd(bytes: Buffer, start: number, end: number): number {
    const { bytes: expected, ownFieldBytes } = this.#fields;
    const to = digestStart(end);
    const from = to - expected.length;
    if (from <= start || bytes[from + WRITER_AT] !== this.#firstByte) return -1;
    if (bytes[end - 1] !== 0x7d || bytes[end - 2] !== 0x22) return -1;
    return expected.compare(bytes, from, to) === 0 ? to - ownFieldBytes : -1;
  }

  /** Whether the line has this digest; if so, expects the one after it from now on. */
  take(bytes: Buffer, end: number, digest: string): boolean {
    const from = digestStart(end);
    for (let i = 0; i < DIGEST_CHARS; i += 1) {
      if (bytes[from + i] !== digest.charCodeAt(i)) return false;
    }
    this.#fields.advance(bytes, from);
    return true;
  }
}

/** Where the digest begins on a line that ends with one. */
export function digestStart(end: number): number {
  return end - END_BYTES - DIGEST_CHARS;
}
