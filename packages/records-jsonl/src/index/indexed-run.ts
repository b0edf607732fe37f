import type { ByteSource } from "@mem/append-log";
import { crc32 } from "node:zlib";
import type { BlockTable } from "./block-table.ts";
import { hashKey, type RecordKey } from "./key-hash.ts";
import { blocksIn, bucketOf, BUCKETS, type KeyDirectory } from "./key-table.ts";

/** A run whose keys are in memory or still in the index file. */
export interface IndexedRun extends KeyDirectory {
  readonly blocks: BlockTable;
  readonly statuses: readonly string[];
  /** In memory, or the offset in the index file at which they begin. */
  readonly entries: Uint32Array | number;
}

/** The blocks that may contain a key, ascending. Undefined if the index file has changed: the index is then useless. */
export async function blocksWith(
  run: IndexedRun,
  key: RecordKey,
  handle: ByteSource | undefined,
): Promise<number[] | undefined> {
  const hash = hashKey(key);
  const n = bucketOf(hash);
  const bucket = await readBuckets(run, n, n + 1, handle);
  return bucket === undefined ? undefined : blocksIn(bucket, hash);
}

/** All entries of a run. Undefined if the index file has changed. */
export function readEntries(
  run: IndexedRun,
  handle: ByteSource | undefined,
): Promise<Uint32Array | undefined> {
  return readBuckets(run, 0, BUCKETS, handle);
}

async function readBuckets(
  { starts, sums, entries }: IndexedRun,
  from: number,
  to: number,
  handle: ByteSource | undefined,
): Promise<Uint32Array | undefined> {
  const [start, end] = [starts[from] as number, starts[to] as number];
  if (typeof entries !== "number") return entries.subarray(start, end);
  if (handle === undefined) return undefined;
  const found = new Uint32Array(end - start);
  if (found.length > 0) {
    const bytes = new Uint8Array(found.buffer);
    const place = entries + start * 4;
    const read = await handle.read(bytes, 0, bytes.length, place).catch(() => undefined);
    if (read?.bytesRead !== bytes.length) return undefined;
  }
  for (let n = from; n < to; n++) {
    const bucket = found.subarray((starts[n] as number) - start, (starts[n + 1] as number) - start);
    if (crc32(bucket) !== sums[n]) return undefined;
  }
  return found;
}
