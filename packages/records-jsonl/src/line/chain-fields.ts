import { DIGEST_CHARS, type DigestField } from "./line-digest.ts";

const WRITER_MARK = ',"writer":"';
const PREVIOUS_MARK = ',"previous":"';

/** Where a chain is: the sequence and digest of its last line. */
export interface ChainState {
  readonly sequence: number;
  readonly digest: string;
}

/**
 * The chain fields of a writer's next line as bytes, up to where its own digest begins. From one line to the next, only
 * some digits and the previous digest change, and patching them takes a fraction of building the fields anew.
 */
export class ChainFields {
  readonly writer: string;
  readonly #ownField: string;
  #bytes: Buffer = Buffer.alloc(0);
  #sequence = 0;
  /** The offset after the last digit of the sequence. */
  #digitsEnd = 0;
  /** Where the previous line's digest begins. */
  #previous = 0;

  constructor(writer: string, field: DigestField, state: ChainState) {
    this.writer = writer;
    this.#ownField = `,"${field}":"`;
    this.reset(state);
  }

  /** Valid until the next `advance()` or `reset()`, which may change them in place. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** How many of the last bytes the line's own digest does not cover: the beginning of its own field. */
  get ownFieldBytes(): number {
    return this.#ownField.length;
  }

  /** The sequence of the next line. */
  get sequence(): number {
    return this.#sequence;
  }

  /** The line that the next one follows. */
  get state(): ChainState {
    const { length } = this.#ownField;
    const to = this.#bytes.length - length - 1;
    const digest = this.#bytes.toString("latin1", this.#previous, to);
    return { sequence: this.#sequence - 1, digest };
  }

  /** Makes the next line follow another line. */
  reset({ sequence, digest }: ChainState): void {
    const begin = `${WRITER_MARK}${this.writer}","sequence":${sequence + 1}`;
    this.#sequence = sequence + 1;
    this.#bytes = Buffer.from(`${begin}${PREVIOUS_MARK}${digest}"${this.#ownField}`, "latin1");
    this.#digitsEnd = begin.length;
    this.#previous = begin.length + PREVIOUS_MARK.length;
  }

  /** Makes the next line follow this one, whose digest begins at `from`. */
  advance(line: Buffer, from: number): void {
    const bytes = this.#bytes;
    const previous = this.#previous;
    for (let i = 0; i < DIGEST_CHARS; i += 1) bytes[previous + i] = line[from + i] as number;
    if (this.#countUp()) this.#sequence += 1;
    else {
      const digest = bytes.toString("latin1", previous, previous + DIGEST_CHARS);
      this.reset({ sequence: this.#sequence, digest });
    }
  }

  /** False if the next sequence needs another digit. */
  #countUp(): boolean {
    const bytes = this.#bytes;
    for (let at = this.#digitsEnd - 1; ; at -= 1) {
      const digit = bytes[at];
      if (digit === undefined || digit < 0x30 || digit > 0x39) return false;
      if (digit < 0x39) {
        bytes[at] = digit + 1;
        return true;
      }
      bytes[at] = 0x30;
    }
  }
}
