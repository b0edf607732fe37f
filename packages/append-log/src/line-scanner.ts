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
    let start = 0;
    for (;;) {
      const newline = chunk.indexOf(NEWLINE, start);
      if (newline < 0) break;
      lines.push(this.#finish(chunk.subarray(start, newline), true));
      start = newline + 1;
    }
    const piece = chunk.subarray(start);
    this.#length += piece.length;
    if (this.#length > this.#maxLineBytes) this.#pieces = [];
    else if (piece.length > 0) this.#pieces.push(Buffer.from(piece));
    return lines;
  }

  /** What comes after the last newline, if anything. */
  remainder(): FileLine | undefined {
    return this.#length === 0 ? undefined : this.#finish(Buffer.alloc(0), false);
  }

  #finish(piece: Buffer, terminated: boolean): FileLine {
    const offset = this.#offset;
    const length = this.#length + piece.length;
    let line: Buffer | undefined;
    if (length <= this.#maxLineBytes) {
      line = this.#pieces.length === 0 ? piece : Buffer.concat([...this.#pieces, piece]);
    }
    this.#offset += length + 1;
    this.#length = 0;
    this.#pieces = [];
    return { line, offset, length, terminated };
  }
}
