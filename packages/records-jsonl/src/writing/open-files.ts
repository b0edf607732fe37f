/** Has a file open while it has a place. */
export interface Holder {
  /** Whether it is at work, so that its place can't be taken. */
  readonly isBusy: boolean;
  /** Closes the file, which is opened again when the holder has a place again. Never rejects. */
  release(): Promise<void>;
}

/** Limits how many files are open at once; the least recently used one gives way. */
export class OpenFiles {
  #free: number;
  /** The holders that have a place, the least recently used first. */
  readonly #held = new Set<Holder>();
  readonly #waiting: { readonly holder: Holder; readonly admit: () => void }[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Resolves when the holder has a place. */
  async take(holder: Holder): Promise<void> {
    if (this.#held.delete(holder)) {
      this.#held.add(holder);
      return;
    }
    if (this.#free > 0) {
      this.#free -= 1;
      this.#held.add(holder);
      return;
    }
    const idle = this.#idle();
    if (idle === undefined) {
      await new Promise<void>((admit) => this.#waiting.push({ holder, admit }));
      return;
    }
    this.#held.delete(idle);
    await idle.release();
    this.#held.add(holder);
  }

  /** Call it when a holder has done its work: it gives way if others wait. */
  async yield(holder: Holder): Promise<void> {
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#held.delete(holder);
    await holder.release();
    this.#held.add(next.holder);
    next.admit();
  }

  #idle(): Holder | undefined {
    for (const holder of this.#held) if (!holder.isBusy) return holder;
    return undefined;
  }
}
