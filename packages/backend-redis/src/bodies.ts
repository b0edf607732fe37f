import { MemoryError, type JsonValue, type Write } from "@mem/core";
import { encodeBody } from "./envelope.ts";
import { MAX_INFLATED, pack } from "./packing.ts";

export interface BodyLimits {
  /** The most that a value may take in Redis, in bytes. */
  readonly maxValueBytes: number;
  /** What takes more bytes than this is compressed; infinite: nothing is. */
  readonly compressAbove: number;
}

/** The texts of what is stored: of bounded size, and compressed where that is wanted and helps. */
export class Bodies {
  readonly #limits: BodyLimits;
  readonly #smallEnough: number;

  constructor(limits: BodyLimits) {
    this.#limits = limits;
    // No character takes more than three bytes: most bodies need no counting.
    this.#smallEnough = Math.min(limits.maxValueBytes, limits.compressAbove) / 3;
  }

  /** Of a write at `path`; `MEM_TOO_LARGE` names its value. */
  ofEntry(write: Write, path: string): string {
    // A number stays in sight of the script that adds to it, however much metadata is beside it.
    const mayBePacked = typeof write.value !== "number";
    return this.#bounded(() => encodeBody(write), mayBePacked, `${path}.value`);
  }

  /** Of a log item at `path`. */
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
