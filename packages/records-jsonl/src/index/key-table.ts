import { crc32 } from "node:zlib";
import type { KeyHash } from "./key-hash.ts";

/** How many bits of an entry are the block's number within its run; the rest are bits of the key's hash. */
const BLOCK_BITS = 11;
const BLOCK_MASK = 2 ** BLOCK_BITS - 1;
const BUCKET_BITS = 11;

/** Maximum number of blocks in a run. */
export const MAX_BLOCKS: number = 2 ** BLOCK_BITS;
export const BUCKETS: number = 2 ** BUCKET_BITS;

/** Where the buckets of a key table are, and their checksums. */
export interface KeyDirectory {
  /** Where each bucket begins among the entries; a last element says where the last bucket ends. */
  readonly starts: Uint32Array;
  /** The CRC-32 of each bucket. */
  readonly sums: Uint32Array;
}

/** Which blocks of a run contain which keys: entries in buckets, so that a lookup reads only one bucket. */
export interface KeyTable extends KeyDirectory {
  readonly entries: Uint32Array;
}

/** Collects the keys of a run, block by block. */
export class KeyCollector {
  #buckets = new Uint16Array(1024);
  #entries = new Uint32Array(1024);
  #count = 0;

  constructor(table?: KeyTable) {
    if (table === undefined) return;
    const { starts, entries } = table;
    this.#entries = entries.slice();
    this.#buckets = new Uint16Array(entries.length);
    for (let n = 0; n < BUCKETS; n++) this.#buckets.fill(n, starts[n], starts[n + 1]);
    this.#count = entries.length;
  }

  add(hash: KeyHash, block: number): void {
    if (this.#count === this.#entries.length) this.#grow();
    this.#buckets[this.#count] = bucketOf(hash);
    this.#entries[this.#count] = entryOf(hash, block);
    this.#count += 1;
  }

  table(): KeyTable {
    const buckets = this.#buckets.subarray(0, this.#count);
    const starts = new Uint32Array(BUCKETS + 1);
    for (const bucket of buckets) starts[bucket + 1] = (starts[bucket + 1] as number) + 1;
    for (let n = 1; n <= BUCKETS; n++)
      starts[n] = (starts[n] as number) + (starts[n - 1] as number);
    const next = starts.slice();
    const entries = new Uint32Array(this.#count);
    for (const [n, bucket] of buckets.entries()) {
      const place = next[bucket] as number;
      next[bucket] = place + 1;
      entries[place] = this.#entries[n] as number;
    }
    const sums = new Uint32Array(BUCKETS);
    for (let n = 0; n < BUCKETS; n++) sums[n] = crc32(entries.subarray(starts[n], starts[n + 1]));
    return { starts, sums, entries };
  }

  #grow(): void {
    const { length } = this.#entries;
    const buckets = new Uint16Array(Math.max(1024, length * 2));
    buckets.set(this.#buckets);
    this.#buckets = buckets;
    const entries = new Uint32Array(buckets.length);
    entries.set(this.#entries);
    this.#entries = entries;
  }
}

/** The number of the bucket that holds the entries of a key. */
export function bucketOf({ high }: KeyHash): number {
  return high >>> (32 - BUCKET_BITS);
}

/** The blocks that may contain a key, ascending, according to the entries of its bucket. */
export function blocksIn(bucket: Uint32Array, hash: KeyHash): number[] {
  const blocks: number[] = [];
  const wanted = entryOf(hash, 0);
  for (const entry of bucket) {
    const block = entry & BLOCK_MASK;
    if (entry - block === wanted && blocks.at(-1) !== block) blocks.push(block);
  }
  return blocks;
}

function entryOf({ low }: KeyHash, block: number): number {
  return ((low & ~BLOCK_MASK) | block) >>> 0;
}
