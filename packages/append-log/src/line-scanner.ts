const NEWLINE = 10;

/** One line of a file, as it lies there. */
export interface FileLine {
  /** The bytes without the newline; undefined when they are more than the reader takes. */
  readonly line: Buffer | undefined;
  /** Where the line begins, in bytes from the beginning of the file. */
  readonly offset: number;
  /** Bytes of the line without the newline. */
  readonly length: number;
  /** False for the end of a file that does not end with a newline. */
  readonly terminated: boolean;
}

/** Gets a line that was read: the bytes from `start` to `end`, undefined where it is too long. */
export type LineVisitor = (
  bytes: Buffer | undefined,
  start: number,
  end: number,
  offset: number,
  length: number,
) => void;

/** Cuts into lines what is read from a file chunk by chunk, forwards, in bounded memory. */
export class LineScanner {
  readonly #maxLineBytes: number;
  /** Where the line begins that is not complete yet, its length so far and, if kept, its bytes. */
  #offset: number;
  #length = 0;
  #pieces: Buffer[] = [];

  constructor(offset: number, maxLineBytes: number) {
    this.#offset = offset;
    this.#maxLineBytes = maxLineBytes;
  }

  /** Where the next chunk begins. */
  get end(): number {
    return this.#offset + this.#length;
  }

  /** The lines that end in this chunk. Those that begin in it are views of it. */
  push(chunk: Buffer): FileLine[] {
    const lines: FileLine[] = [];
    this.scan(chunk, (bytes, start, end, offset, length) => {
      lines.push({ line: bytes?.subarray(start, end), offset, length, terminated: true });
    });
    return lines;
  }

  /** Hands over the lines that end in this chunk, without making an object for each of them. */
  scan(chunk: Buffer, visit: LineVisitor): void {
    let start = 0;
    for (;;) {
      const newline = chunk.indexOf(NEWLINE, start);
      if (newline < 0) break;
      const offset = this.#offset;
      const length = this.#length + newline - start;
      this.#offset += length + 1;
      if (this.#length === 0 && length <= this.#maxLineBytes) {
        visit(chunk, start, newline, offset, length);
      } else {
        const whole = [...this.#pieces, chunk.subarray(start, newline)];
        this.#pieces = [];
        this.#length = 0;
        const line = length > this.#maxLineBytes ? undefined : Buffer.concat(whole);
        visit(line, 0, length, offset, length);
      }
      start = newline + 1;
    }
    const piece = chunk.subarray(start);
    this.#length += piece.length;
    if (this.#length > this.#maxLineBytes) this.#pieces = [];
    else if (piece.length > 0) this.#pieces.push(Buffer.from(piece));
  }

  /** What comes after the last newline, if anything. */
  remainder(): FileLine | undefined {
    const length = this.#length;
    if (length === 0) return undefined;
    const line = length > this.#maxLineBytes ? undefined : Buffer.concat(this.#pieces);
    return { line, offset: this.#offset, length, terminated: false };
  }
}
