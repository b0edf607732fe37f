/** Which documents have a term, by their ordinals, and how often. */
export class Postings {
  /** How many documents have the term; fewer than there are entries while some are dead. */
  documents = 1;
  #entries: number[];

  constructor(ordinal: number, frequency: number) {
    // Most terms occur in one document only: a literal takes no more room than it needs.
    this.#entries = [pack(ordinal, frequency)];
  }

  add(ordinal: number, frequency: number): void {
    this.#entries.push(pack(ordinal, frequency));
    this.documents += 1;
  }

  forEach(visit: (ordinal: number, frequency: number) => void): void {
    for (const entry of this.#entries) visit(ordinalOf(entry), frequencyOf(entry));
  }

  /** Gives the documents new ordinals; drops the entries of those that have none. */
  renumber(newOrdinal: (ordinal: number) => number | undefined): void {
    const entries: number[] = [];
    for (const entry of this.#entries) {
      const ordinal = newOrdinal(ordinalOf(entry));
      if (ordinal !== undefined) entries.push(pack(ordinal, frequencyOf(entry)));
    }
    this.#entries = entries;
  }
}

/** An entry is a single number, ordinal · 2^24 + frequency: 8 bytes, where an object takes 40. */
const FREQUENCY_SPAN = 2 ** 24;

function pack(ordinal: number, frequency: number): number {
  return ordinal * FREQUENCY_SPAN + Math.min(frequency, FREQUENCY_SPAN - 1);
}

function ordinalOf(entry: number): number {
  return Math.floor(entry / FREQUENCY_SPAN);
}

function frequencyOf(entry: number): number {
  return entry % FREQUENCY_SPAN;
}
