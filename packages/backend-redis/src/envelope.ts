import {
  MemoryError,
  parseJson,
  type Entry,
  type EntrySource,
  type JsonObject,
  type JsonValue,
  type LogItem,
  type Write,
} from "@mem/core";
import { unpack } from "./packing.ts";
import { unreadable } from "./redis-errors.ts";

/**
 * How entries and log items are stored: a JSON array that begins with the format version. Scripts write what comes
 * before the body and, except for an increment, read no further; the body is opaque text to them, because a Lua table
 * loses whether it was an empty array, and the precision of large numbers.
 *
 * Entry: `[1, createdAt, updatedAt, expiresAt, "version", "opId", "source", value, metadata, subject, derivedFrom]`,
 * where `expiresAt` is 0 for an entry that never expires and null for one that lives as long as its workflow.
 * Log item: `[2, at, "id", edits, ["tie", …], value]`; in format 1, `[1, at, "id", value]`.
 *
 * In a compressed envelope, `"gzip", base64` replaces the body, from `source` or `value` on.
 */
/** Where the body begins in each format, from format 1 on, and how many elements it has. */
const ENTRY_BODY: BodyShape = { starts: [6], length: 5 };
const ITEM_BODY: BodyShape = { starts: [3, 5], length: 1 };
const PACKED_LENGTH = 2;

/** Encodes the part of an entry that the caller decides. */
export function encodeBody({ source, value, metadata, subject, derivedFrom }: Write): string {
  const parts = [source, value, metadata ?? null, subject ?? null, derivedFrom ?? null];
  return JSON.stringify(parts).slice(1, -1);
}

/** Encodes an id for use between quotes, in characters that are not special to JSON or Lua. */
export function encodeId(id: string, path: string): string {
  if (id.isWellFormed()) return encodeURIComponent(id);
  throw new MemoryError("MEM_INVALID_ARGUMENT", `${path} has a lone surrogate`, { path });
}

type StoredEntry = readonly [
  format: number,
  createdAt: number,
  updatedAt: number,
  expiresAt: number | null,
  version: string,
  opId: string,
  source: EntrySource,
  value: JsonValue,
  metadata: JsonObject | null,
  subject: string | null,
  derivedFrom: readonly string[] | null,
];

/** Decodes an entry; `sessionExpiresAt` is the end of its workflow's lifetime, if it has one. */
export function decodeEntry(key: string, envelope: string, sessionExpiresAt: number): Entry {
  const stored = parse(envelope, ENTRY_BODY) as unknown as StoredEntry;
  const [, createdAt, updatedAt, expiresAt, version, , source, value] = stored;
  const [metadata, subject, derivedFrom] = stored.slice(8) as [
    StoredEntry[8],
    StoredEntry[9],
    StoredEntry[10],
  ];
  const entry: { -readonly [K in keyof Entry]: Entry[K] } = {
    key,
    value,
    version,
    createdAt,
    updatedAt,
    source,
  };
  if (expiresAt !== 0) entry.expiresAt = expiresAt ?? sessionExpiresAt;
  if (metadata !== null) entry.metadata = metadata;
  if (subject !== null) entry.subject = subject;
  if (derivedFrom !== null) entry.derivedFrom = derivedFrom;
  return entry;
}

export function decodeLogItem(position: number, envelope: string): LogItem {
  const stored = parse(envelope, ITEM_BODY);
  const id = stored[2] as string;
  return {
    // Most ids have nothing to decode, and a page has many.
    id: id.includes("%") ? decodeURIComponent(id) : id,
    position,
    at: stored[1] as number,
    value: stored[stored.length - 1] as JsonValue,
    edits: stored[0] === 1 ? 0 : (stored[3] as number),
  };
}

/** Parses stored JSON. Throws `MEM_CORRUPT` if it is invalid. */
export function parseStored(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    // The parser's own message quotes what it read.
    throw unreadable("MEM_CORRUPT");
  }
}

interface BodyShape {
  readonly starts: readonly number[];
  readonly length: number;
}

function parse(envelope: string, { starts, length }: BodyShape): readonly unknown[] {
  const stored = parseStored(envelope);
  const format: unknown = Array.isArray(stored) ? stored[0] : undefined;
  const start = typeof format === "number" ? starts[format - 1] : undefined;
  if (start !== undefined) {
    const parts = stored as readonly unknown[];
    return parts.length === start + PACKED_LENGTH ? unpacked(parts, start, length) : parts;
  }
  const isNewer = typeof format === "number" && format > starts.length;
  throw unreadable(isNewer ? "MEM_FORMAT" : "MEM_CORRUPT");
}

function unpacked(stored: readonly unknown[], start: number, length: number): readonly unknown[] {
  const body = unpackOr(stored[start + 1]);
  if (body.length !== length) throw unreadable("MEM_CORRUPT");
  return [...stored.slice(0, start), ...body];
}

function unpackOr(packed: unknown): readonly unknown[] {
  try {
    return unpack(packed);
  } catch {
    // As above: the message may quote what was read.
    throw unreadable("MEM_CORRUPT");
  }
}
