import { isControlType, typeOf, type ControlType } from "./control-line.ts";
import { isErasedLine } from "./erased-line.ts";

/**
 * What a line is, judged by its first and last bytes, before it is parsed. `"record"`: it begins and ends like an
 * object, and `decodeRecord` decides. `"torn"`: it begins like an object but does not end like one, or it begins with
 * the zeros that a power cut leaves in place of unsynced bytes. `"foreign"`: it begins like no line of ours.
 */
export type LineKind = ControlType | "record" | "erased" | "blank" | "torn" | "foreign";

/** The line is the bytes from `start` to `end`, without its newline. */
export function kindOfLine(bytes: Buffer, start: number = 0, end: number = bytes.length): LineKind {
  let first = start;
  while (first < end && isSpace(bytes[first])) first += 1;
  if (first === end) return "blank";
  if (bytes[first] === 0) return "torn";
  if (bytes[first] !== 0x7b) return "foreign";
  let last = end - 1;
  while (isSpace(bytes[last])) last -= 1;
  if (bytes[last] !== 0x7d) return "torn";
  const type = typeOf(bytes, start, end);
  if (type === undefined) return "record";
  if (isControlType(type)) return type;
  return type === "erased" && isErasedLine(bytes, start, end) ? "erased" : "record";
}

/** A blank, a tab or the CR of a CRLF: somebody may have written the line by hand. */
function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0d || byte === 0x09;
}
