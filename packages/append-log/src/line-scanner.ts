const NEWLINE = 10;

/** One line of a file, as stored. */
export interface FileLine {
  /** The bytes without the newline; undefined if the line is longer than the reader accepts. */
  readonly line: Buffer | undefined;
  /** Byte offset of the line in the file. */
  readonly offset: number;
  /** The length of the line in bytes, without the newline. */
  readonly length: number;
  /** False for a last line without a newline. */
  readonly terminated: boolean;
}

/** Receives a line: the bytes from `start` to `end` of a buffer, which is undefined if the line is too long. */
export type LineVisitor = (
  bytes: Buffer | undefined,
  start: number,
  end: number,
  offset: number,
  length: number,
) => void;

/** Splits a file that is read forward, chunk by chunk, into lines, in bounded memory. */
export class LineScanner {
  readonly #maxLineBytes: number;
  /** Where the incomplete line begins, its length so far and, if kept, its bytes. */
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

  /** Returns the lines that end in this chunk. Those that also begin in it are views of it. */
  push(chunk: Buffer): FileLine[] {
    const lines: FileLine[] = [];
    this.scan(chunk, (bytes, start, end, offset, length) => {
      lines.push({ line: bytes?.subarray(start, end), offset, length, terminated: true });
    });
    return lines;
  }

  /** Visits the lines that end in this chunk, without making an object for each of them. */
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

  /** Returns what comes after the last newline, if anything. */
  remainder(): FileLine | undefined {
    const length = this.#length;
    if (length === 0) return undefined;
    const line = length > this.#maxLineBytes ? undefined : Buffer.concat(this.#pieces);
    return { line, offset: this.#offset, length, terminated: false };
  }
}
