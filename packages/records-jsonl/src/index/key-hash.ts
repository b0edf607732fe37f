/** A value by which records are found. */
export interface RecordKey {
  readonly kind: "id" | "workflowId";
  readonly value: string;
}

/** A 64-bit hash of a key, in two halves. It decides where to look, never what is found. */
export interface KeyHash {
  readonly high: number;
  readonly low: number;
}

const SEEDS = { id: 0x1f83d9ab, workflowId: 0x5be0cd19 } as const;

/** Hashes a key. The result is the same in every process and on every machine. */
export function hashKey({ kind, value }: RecordKey): KeyHash {
  let high: number = SEEDS[kind] ^ value.length;
  let low: number = SEEDS[kind];
  for (let i = 0; i < value.length; i++) {
    const unit = value.charCodeAt(i);
    high = Math.imul(high ^ unit, 0x9e3779b1);
    low = Math.imul(low ^ unit, 0x5f356495);
  }
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
  low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
  return { high: (high ^ (high >>> 16)) >>> 0, low: (low ^ (low >>> 15)) >>> 0 };
}
