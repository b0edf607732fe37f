import type { ReadBuffers } from "./read-buffers.ts";

const MIN_FIRST_BYTES = 2 ** 15;
/** Longer than most lines. */
const LINE_BYTES = 640;
const MAX_BYTES = 2 ** 18;
/** If the share of each file is smaller, a batch keeps copies of a few lines and no buffer. */
const LEAN_BYTES = 2 ** 16;
/** Maximum memory for all batches of one query together, in bytes, unless there are thousands. */
const BUDGET_BYTES = 2 ** 24;
const MIN_BYTES = 2 ** 12;

/** The room that the lines of one file are read into, batch by batch: small at first, larger as more is read. */
export class BatchRoom {
  readonly #buffers: ReadBuffers;
  readonly #maxBytes: number;
  #bytes: number;
  #buffer: Buffer | undefined;

  /** `files` is how many files the same query reads, `lines` how many lines it wants. */
  constructor(buffers: ReadBuffers, files: number, lines: number) {
    this.#buffers = buffers;
    const share = Math.floor(BUDGET_BYTES / files);
    this.#maxBytes = Math.max(MIN_BYTES, Math.min(MAX_BYTES, share));
    this.#bytes = Math.min(Math.max(MIN_FIRST_BYTES, lines * LINE_BYTES), this.#maxBytes);
  }

  /** Whether batches have to be copied out, because with very many files the next one reuses the buffer. */
  get isLean(): boolean {
    return this.#maxBytes < LEAN_BYTES;
  }

  /** Returns room for the next batch, which overwrites the previous one. */
  take(): Buffer {
    this.#buffer ??= this.#buffers.take(this.#maxBytes);
    return this.#buffer.subarray(0, this.#bytes);
  }

  grow(): void {
    this.#bytes = Math.min(this.#bytes * 2, this.#maxBytes);
  }

  /** Gives the buffer back. Nobody may still have a view of it or be reading into it. */
  release(): void {
    if (this.#buffer !== undefined) this.#buffers.give(this.#buffer);
    this.#buffer = undefined;
  }
}
