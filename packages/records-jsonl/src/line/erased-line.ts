import { readChainTail } from "./chain-tail.ts";
import { typeOf } from "./control-line.ts";

const START = '{"type":"erased",';

/**
 * Returns what replaces an erased line: its chain fields without any of its content, padded to the same length, so
 * that no offset after it changes. Undefined for a line without chain fields.
 */
export function eraseLine(line: Buffer): Buffer | undefined {
  const tail = readChainTail(line);
  if (tail === undefined || tail.chainOffset < START.length) return undefined;
  const stub = Buffer.alloc(line.length, " ");
  stub.write(START, "latin1");
  line.copy(stub, tail.chainOffset, tail.chainOffset);
  return stub;
}

/** Whether a line has the form of an erased one: only its type and blanks before its chain fields. */
export function isErasedLine(
  bytes: Buffer,
  start: number = 0,
  end: number = bytes.length,
): boolean {
  if (typeOf(bytes, start, end) !== "erased") return false;
  const tail = readChainTail(bytes, start, end);
  if (tail === undefined) return false;
  const between = bytes.subarray(start + START.length, start + tail.chainOffset);
  return bytes[start + START.length - 1] === 0x2c && between.every((byte) => byte === 0x20);
}
