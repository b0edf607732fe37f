import { parseJson, type JsonObject } from "@mem/core";
import { readDigestTail } from "./chain-tail.ts";
import type { LineDigester } from "./line-digest.ts";

/** A line that describes the files, not what an agent did. All but the seal get chain fields. */
export type ControlLine =
  /** The first line of each of an agent's files but the first: the segment's number. */
  | { readonly type: "segment"; readonly timestamp: string; readonly segment: number }
  /** Lines after it in its file are void. */
  | { readonly type: "sealed"; readonly timestamp: string; readonly segment: number }
  /** How many chained lines a segment has, and the digest of all their digests; in a later file of the agent. */
  | {
      readonly type: "closed";
      readonly timestamp: string;
      readonly segment: number;
      readonly lines: number;
      readonly digests: string;
    }
  /** Retention removes the segments up to this one. */
  | { readonly type: "dropped"; readonly timestamp: string; readonly through: number }
  /** These lines, each named by writer and sequence, are being erased. */
  | {
      readonly type: "erasure";
      readonly timestamp: string;
      readonly segment: number;
      readonly lines: readonly (readonly [writer: string, sequence: number])[];
    };

export type ControlType = ControlLine["type"];

/** A control line as stored. All but seals name the agent's current file, relative to the store's folder. */
export type WrittenControl = ControlLine & { readonly file?: string };

const TYPES: ReadonlySet<string> = new Set(["segment", "sealed", "closed", "dropped", "erasure"]);
const START = '{"type":"';
/** No type has a longer name. */
const MAX_TYPE_CHARS = 16;

/**
 * Encodes a control line as JSON, with its fields in the documented order, before it gets its chain fields. It names
 * its file, so a copy in another agent's file counts for nothing.
 */
export function encodeControl({ type, timestamp, ...rest }: ControlLine, file: string): string {
  return JSON.stringify({ type, timestamp, file, ...rest });
}

/** Encodes a seal as stored, without its newline. It is in no chain: any process may write it. */
export function encodeSeal(segment: number, timestamp: string, digester: LineDigester): string {
  const signed = JSON.stringify({ type: "sealed", timestamp, segment }).slice(0, -1);
  return `${signed},"${digester.field}":"${digester.digest(signed)}"}`;
}

/** The word after `{"type":"` at the beginning of a line, known or not; undefined for any other line. */
export function typeOf(
  bytes: Buffer,
  start: number = 0,
  end: number = bytes.length,
): string | undefined {
  // Nearly every line is a record and begins with `{"id":"`.
  if (bytes[start + 2] !== 0x74) return undefined;
  const head = bytes.toString(
    "latin1",
    start,
    Math.min(end, start + START.length + MAX_TYPE_CHARS + 1),
  );
  if (!head.startsWith(START)) return undefined;
  const quote = head.indexOf('"', START.length);
  return quote < 0 ? undefined : head.slice(START.length, quote);
}

export function isControlType(type: string | undefined): type is ControlType {
  return type !== undefined && TYPES.has(type);
}

/** The segment that a line seals, judged by its form alone: which lines count must not depend on who has the key. */
export function sealedSegment(
  bytes: Buffer,
  start: number = 0,
  end: number = bytes.length,
): number | undefined {
  if (typeOf(bytes, start, end) !== "sealed") return undefined;
  if (readDigestTail(bytes, start, end) === undefined) return undefined;
  const line = decodeControl(bytes.subarray(start, end));
  return line?.type === "sealed" ? line.segment : undefined;
}

/** Decodes a control line; undefined if it isn't one or is malformed. Does not check its digest. */
export function decodeControl(line: Buffer): WrittenControl | undefined {
  const type = typeOf(line);
  if (!isControlType(type)) return undefined;
  let value: JsonObject;
  try {
    value = parseJson(line.toString()) as JsonObject;
  } catch {
    return undefined;
  }
  const { file, timestamp } = value;
  if (typeof timestamp !== "string") return undefined;
  const control = contentOf(type, timestamp, value);
  return typeof file === "string" && control !== undefined ? { ...control, file } : control;
}

function contentOf(
  type: ControlType,
  timestamp: string,
  { segment, through, lines, digests }: JsonObject,
): ControlLine | undefined {
  if (type === "dropped") return isCount(through) ? { type, timestamp, through } : undefined;
  if (!isCount(segment)) return undefined;
  switch (type) {
    case "closed": {
      // A segment in an earlier format has no chained lines.
      const isSum = (lines === 0 || isCount(lines)) && typeof digests === "string";
      return isSum ? { type, timestamp, segment, lines, digests } : undefined;
    }
    case "erasure":
      return isNaming(lines) ? { type, timestamp, segment, lines } : undefined;
    default:
      return { type, timestamp, segment };
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}

function isNaming(value: unknown): value is [string, number][] {
  return (
    Array.isArray(value) &&
    value.every((name) => Array.isArray(name) && typeof name[0] === "string" && isCount(name[1]))
  );
}
