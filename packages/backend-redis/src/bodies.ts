import { MemoryError, type JsonValue, type Write } from "@mem/core";
import { encodeBody } from "./envelope.ts";
import { MAX_INFLATED, pack } from "./packing.ts";

export interface BodyLimits {
  /** Maximum size of a value in Redis, in bytes. */
  readonly maxValueBytes: number;
  /** Bodies larger than this, in bytes, are compressed; `Infinity` turns compression off. */
  readonly compressAbove: number;
}

/** Encodes what is stored, bounds its size, and compresses it if that is enabled and makes it smaller. */
export class Bodies {
  readonly #limits: BodyLimits;
  readonly #smallEnough: number;

  constructor(limits: BodyLimits) {
    this.#limits = limits;
    // A character takes at most three bytes, so most bodies need no counting.
    this.#smallEnough = Math.min(limits.maxValueBytes, limits.compressAbove) / 3;
  }

  /** Encodes the write at `path`. Throws `MEM_TOO_LARGE` with the path of its value. */
  ofEntry(write: Write, path: string): string {
    // Numbers are never compressed: the increment script has to read them, however much metadata is beside them.
    const mayBePacked = typeof write.value !== "number";
    return this.#bounded(() => encodeBody(write), mayBePacked, `${path}.value`);
  }

  /** Encodes the value of the log item at `path`. */
  ofItem(value: JsonValue, path: string): string {
    return this.#bounded(() => JSON.stringify(value), true, `${path}.value`);
  }

  #bounded(encode: () => string, mayBePacked: boolean, path: string): string {
    const plain = encodeOr(encode, path);
    if (plain.length <= this.#smallEnough) return plain;
    const { maxValueBytes, compressAbove } = this.#limits;
    const plainBytes = Buffer.byteLength(plain);
    let body = plain;
    if (mayBePacked && plainBytes > compressAbove && plainBytes <= MAX_INFLATED) {
      const packed = pack(plain);
      if (packed.length < plainBytes) body = packed;
    }
    const bytes = body === plain ? plainBytes : body.length;
    if (bytes <= maxValueBytes) return body;
    throw tooLarge(path, `takes ${bytes} bytes in Redis: maxValueBytes is ${maxValueBytes}`);
  }
}

function encodeOr(encode: () => string, path: string): string {
  try {
    return encode();
  } catch (cause) {
    if (cause instanceof RangeError) throw tooLarge(path, "is larger than a text can be", cause);
    throw cause;
  }
}

function tooLarge(path: string, problem: string, cause?: unknown): MemoryError {
  return new MemoryError("MEM_TOO_LARGE", `${path} ${problem}`, { path, cause });
}
