const BITS_PER_KEY = 10;
/** The best number of hashes for this many bits: ln 2 times the bits per key. */
const HASHES = 7;

/**
 * A Bloom filter over ids (Bloom 1970, with the double hashing of Kirsch and Mitzenmacher 2006): recognizes about 99 in
 * 100 ids that are not in the table without a query, and takes ten bits for each id that is.
 */
export class KeyFilter {
  readonly #bits: Uint32Array;
  readonly #size: number;
  /** How many ids fit in before it says "maybe" too often. */
  readonly capacity: number;
  #count = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#bits = new Uint32Array(Math.ceil((capacity * BITS_PER_KEY) / 32));
    this.#size = this.#bits.length * 32;
  }

  get isFull(): boolean {
    return this.#count > this.capacity;
  }

  add(id: string): void {
    this.#count++;
    let [bit, step] = hashes(id);
    for (let i = 0; i < HASHES; i++) {
      const place = bit % this.#size;
      const word = place >>> 5;
      this.#bits[word] = (this.#bits[word] ?? 0) | (1 << (place & 31));
      bit = (bit + step) >>> 0;
      step = (step + i) >>> 0;
    }
  }

  /** False only if the id was never added. */
  mayHave(id: string): boolean {
    let [bit, step] = hashes(id);
    for (let i = 0; i < HASHES; i++) {
      const place = bit % this.#size;
      if (((this.#bits[place >>> 5] ?? 0) & (1 << (place & 31))) === 0) return false;
      bit = (bit + step) >>> 0;
      step = (step + i) >>> 0;
    }
    return true;
  }
}

/** Two hashes of 32 bits: FNV-1a, and one that multiplies and rotates; each is finished as MurmurHash3 finishes. */
function hashes(id: string): [number, number] {
  let one = 0x811c9dc5;
  let other = 0x9747b28c;
  for (let i = 0; i < id.length; i++) {
    const unit = id.charCodeAt(i);
    one = Math.imul(one ^ unit, 0x01000193);
    other = Math.imul(other ^ unit, 0x85ebca6b);
    other = (other << 13) | (other >>> 19);
  }
  return [finished(one), (finished(other) | 1) >>> 0];
}

function finished(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
