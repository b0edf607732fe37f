import {
  formatPosition,
  LogError,
  openSharedLog,
  parsePosition,
  readPayloads,
  type SegmentInfo,
  type SharedLog,
} from "@mem/append-log";
import { decodeVector, encodeVector, keyOf } from "./vector-payload.ts";

/** The log is dropped in parts of this size, the oldest first. */
const SEGMENTS = 8;
const MOST_BYTES_AT_ONCE = 2 ** 22;

export interface VectorLogOptions {
  readonly dir: string;
  readonly maxBytes: number;
  readonly dimensions: number;
}

export interface FoundVectors {
  readonly found: Map<string, Float32Array>;
  readonly old: Map<string, Float32Array>;
}

/** Vectors in a folder that several processes share. Only their positions are in memory. */
export class VectorLog {
  readonly #options: VectorLogOptions;
  readonly #positions: Map<string, string>;
  readonly #log: SharedLog<void>;
  #stale = { newest: -1, before: "" };

  private constructor(
    options: VectorLogOptions,
    positions: Map<string, string>,
    log: SharedLog<void>,
  ) {
    this.#options = options;
    this.#positions = positions;
    this.#log = log;
  }

  static async open(options: VectorLogOptions): Promise<VectorLog> {
    const positions = new Map<string, string>();
    const log = await openSharedLog({
      directory: options.dir,
      // Survives the process. What a power cut takes is asked for again.
      durability: "process",
      onFrame: ({ payload, position }) => void positions.set(keyOf(payload), position),
    });
    return new VectorLog(options, positions, log);
  }

  get size(): number {
    return this.#positions.size;
  }

  /** The vectors that are here and intact, and those of them that will be dropped soon. */
  async read(keys: readonly string[]): Promise<FoundVectors> {
    await this.#log.catchUp();
    const places = keys.flatMap((key) => {
      const position = this.#positions.get(key);
      return position === undefined ? [] : [{ key, position }];
    });
    const positions = places.map(({ position }) => position);
    const payloads = await readPayloads(this.#options.dir, positions);
    const staleBefore = await this.#staleBefore();
    const found = new Map<string, Float32Array>();
    const old = new Map<string, Float32Array>();
    for (const [i, { key, position }] of places.entries()) {
      const vector = decodeVector(payloads[i] ?? "", key, this.#options.dimensions);
      if (vector !== undefined) found.set(key, vector);
      else if (this.#positions.get(key) === position) this.#positions.delete(key);
      if (vector !== undefined && position < staleBefore) old.set(key, vector);
    }
    return { found, old };
  }

  async write(vectors: ReadonlyMap<string, Float32Array>): Promise<void> {
    const payloads = [...vectors].map(([key, vector]) => encodeVector(key, vector));
    const segmentBytes = this.#options.maxBytes / SEGMENTS;
    // All have the same length. The log accepts a limited number of bytes at once, and a segment must not be overfull.
    const bytesAtOnce = Math.min(segmentBytes, MOST_BYTES_AT_ONCE);
    const count = Math.max(1, Math.floor(bytesAtOnce / (payloads[0]?.length ?? 1)));
    for (let i = 0; i < payloads.length; i += count) {
      const some = payloads.slice(i, i + count);
      await Promise.all(some.map((payload) => this.#log.append(payload)));
      if (this.#log.segmentBytes >= segmentBytes) await this.#turnOver();
    }
  }

  async close(): Promise<void> {
    await this.#log.close();
  }

  /** Begins a new segment, and drops the oldest ones until the new one fits within the bound. */
  async #turnOver(): Promise<void> {
    await this.#log.seal();
    const { maxBytes } = this.#options;
    const first = firstWithin(await this.#log.segments(), maxBytes - maxBytes / SEGMENTS);
    const position = formatPosition(first, 0);
    await this.#log.dropBefore(position);
    for (const [key, place] of this.#positions) if (place < position) this.#positions.delete(key);
  }

  /** The position before which everything is dropped with one of the next segments. */
  async #staleBefore(): Promise<string> {
    const newest = parsePosition(this.#log.cursor).segment;
    if (this.#stale.newest !== newest) {
      const { maxBytes } = this.#options;
      const first = firstWithin(await this.#log.segments(), maxBytes / 2);
      this.#stale = { newest, before: formatPosition(first, 0) };
    }
    return this.#stale.before;
  }
}

/** The first of the newest segments that together have at most this many bytes; never after the newest. */
function firstWithin(segments: readonly SegmentInfo[], bytes: number): number {
  let first = segments.at(-1)?.segment ?? 0;
  let sum = 0;
  for (const segment of segments.toReversed()) {
    sum += segment.bytes;
    if (sum > bytes) break;
    first = segment.segment;
  }
  return first;
}

/** Whether somebody has dropped what this process had not read yet, so that the log has to be opened again. */
export function isGone(error: unknown): boolean {
  return error instanceof LogError && error.code === "LOG_GONE";
}
