import { crc32, inflateRawSync, type ZlibOptions } from "node:zlib";

/** A part of a compressed file that can be read without the parts before it. */
export interface GzipMember {
  readonly bytes: Buffer;
  /** Its compressed length in the file, in bytes. */
  readonly packedBytes: number;
}

/** `"cut"`: the bytes end before the member does. `"damaged"`: it is no member, or its checksum or length is wrong. */
export type MemberProblem = "cut" | "damaged";

const MIN_HEADER_BYTES = 10;
const TRAILER_BYTES = 8;
const HAS_CRC = 2;
const HAS_EXTRA = 4;
const HAS_NAME = 8;
const HAS_COMMENT = 16;

/** Unpacks the member at the beginning of the bytes; ignores what follows it. */
export function unpackMember(packed: Buffer, maxBytes: number): GzipMember | MemberProblem {
  const start = headerBytes(packed);
  if (typeof start === "string") return start;
  const inflated = inflate(packed.subarray(start), maxBytes);
  if (typeof inflated === "string") return inflated;
  const { bytes, packedBytes } = inflated;
  const end = start + packedBytes + TRAILER_BYTES;
  if (end > packed.length) return "cut";
  const isWhole =
    packed.readUInt32LE(end - 8) === crc32(bytes) &&
    packed.readUInt32LE(end - 4) === bytes.length % 2 ** 32;
  return isWhole ? { bytes, packedBytes: end } : "damaged";
}

/** The length of the header at the beginning of the bytes. */
function headerBytes(packed: Buffer): number | MemberProblem {
  if (packed.length < MIN_HEADER_BYTES) return "cut";
  const flags = packed[3] as number;
  if (packed.readUIntBE(0, 3) !== 0x1f8b08 || flags >= 32) return "damaged";
  let at = MIN_HEADER_BYTES;
  if (flags & HAS_EXTRA) at += 2 + (at + 2 <= packed.length ? packed.readUInt16LE(at) : 0);
  for (const flag of [HAS_NAME, HAS_COMMENT]) {
    if (!(flags & flag)) continue;
    const end = packed.indexOf(0, at);
    if (end < 0) return "cut";
    at = end + 1;
  }
  if (flags & HAS_CRC) at += 2;
  return at > packed.length ? "cut" : at;
}

/** Synchronous: a member takes a fraction of a millisecond, and in the background more memory than its content. */
function inflate(packed: Buffer, maxBytes: number): GzipMember | MemberProblem {
  const options: ZlibOptions = { info: true, maxOutputLength: maxBytes, chunkSize: 2 ** 16 + 64 };
  try {
    // With `info`, the result is an object, which the types do not say.
    const { buffer, engine } = inflateRawSync(packed, options) as unknown as {
      readonly buffer: Buffer;
      readonly engine: { readonly bytesWritten: number };
    };
    return { bytes: buffer, packedBytes: engine.bytesWritten };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "Z_BUF_ERROR" ? "cut" : "damaged";
  }
}
