/** How many buffers are kept for the next call. */
const MAX_FREE = 4;

/** Buffers for reading files, which are reused: a new one for each read would grow the heap of a streaming caller. */
export class ReadBuffers {
  readonly #free: Buffer[] = [];

  /** Returns a buffer of at least this many bytes. */
  take(bytes: number): Buffer {
    const found = this.#free.findIndex(({ length }) => length >= bytes);
    const [buffer = Buffer.allocUnsafeSlow(bytes)] = found < 0 ? [] : this.#free.splice(found, 1);
    return buffer;
  }

  /** Takes a buffer back. Nobody may still have a view of it or be reading into it. */
  give(buffer: Buffer): void {
    if (this.#free.length < MAX_FREE) this.#free.push(buffer);
  }
}
