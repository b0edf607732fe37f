import { crc32 } from "node:zlib";

/** Payload of the head of every segment: the version of all that is behind it. */
export const FORMAT = '{"format":1}';

/**
 * One line of a segment: `crc kind writer sequence payload`, where the CRC-32, in hexadecimal,
 * covers all that follows it. `head` begins a segment and `seal` ends it.
 */
export interface Frame {
  readonly kind: "head" | "data" | "seal";
  /** Twelve hexadecimal digits: one log that is open in one process. */
  readonly writer: string;
  /** Counts the frames of the writer. */
  readonly sequence: number;
  readonly payload: string;
}

const header = /^([\da-f]{8}) (head|data|seal) ([\da-f]{12}) (\d{1,15}) /;
/** More than a frame has before its payload. */
export const HEADER_BYTES = 48;

/** The line for a frame, without newline. The payload must be one line of well-formed text. */
export function encodeFrame({ kind, writer, sequence, payload }: Frame): string {
  const text = `${kind} ${writer} ${sequence} ${payload}`;
  return `${hexadecimal(crc32(text))} ${text}`;
}

/** The frame in a line, or undefined when the line is not one, or not what was written. */
export function decodeFrame(line: Buffer): Frame | undefined {
  const match = header.exec(line.toString("latin1", 0, HEADER_BYTES));
  if (match === null) return undefined;
  const [{ length }, crc = "", kind, writer = "", sequence] = match;
  if (crc32(line.subarray(crc.length + 1)) !== Number.parseInt(crc, 16)) return undefined;
  return {
    kind: kind as Frame["kind"],
    writer,
    sequence: Number(sequence),
    payload: line.toString("utf8", length),
  };
}

/** Pairs of digits by their value: eight times as fast as `toString(16)` for large numbers. */
const digits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function hexadecimal(crc: number): string {
  const byte = (shift: number): string => digits[(crc >>> shift) & 255] ?? "";
  return byte(24) + byte(16) + byte(8) + byte(0);
}
