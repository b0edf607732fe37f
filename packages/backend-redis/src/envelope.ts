import {
  MemoryError,
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
 * How entries and log items are stored: a JSON array that begins with the version of the format. Scripts write what
 * comes before the body and read no further; the body is a text to them, because a Lua table forgets whether it was
 * an empty array, and how large a number was.
 *
 * Entry: `[1, createdAt, updatedAt, expiresAt, "version", "opId", "source", value, metadata, subject, derivedFrom]`,
 * where `expiresAt` is 0 for one that lives for ever and null for one that lives by its workflow.
 * Log item: `[1, at, "id", value]`.
 *
 * Where it takes too much room, `"gzip", base64` stands in place of the body, from `source` or `value` on.
 */
const FORMAT = 1;
/** Where the body begins, and of how many elements it is. */
const ENTRY_BODY = { start: 6, length: 5 } as const;
const ITEM_BODY = { start: 3, length: 1 } as const;
const PACKED_LENGTH = 2;

/** What of an entry the caller decides. */
export function encodeBody({ source, value, metadata, subject, derivedFrom }: Write): string {
  const parts = [source, value, metadata ?? null, subject ?? null, derivedFrom ?? null];
  return JSON.stringify(parts).slice(1, -1);
}

/** An id as it stands between quotes: of characters that are nothing special to JSON or Lua. */
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

/** An entry; `sessionExpiresAt` is the end of its workflow's lifetime, where there is one. */
export function decodeEntry(key: string, envelope: string, sessionExpiresAt: number): Entry {
  const stored = parse(envelope, ENTRY_BODY) as StoredEntry;
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
  const [, at, id, value] = parse(envelope, ITEM_BODY) as readonly [
    number,
    number,
    string,
    JsonValue,
  ];
  return { id: decodeURIComponent(id), position, at, value };
}

/** Parses stored JSON; `MEM_CORRUPT` where it is none. */
export function parseStored(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes what it read.
    throw unreadable("MEM_CORRUPT");
  }
}

interface BodyShape {
  readonly start: number;
  readonly length: number;
}

function parse(envelope: string, body: BodyShape): unknown {
  const stored = parseStored(envelope);
  if (Array.isArray(stored) && stored[0] === FORMAT) {
    return stored.length === body.start + PACKED_LENGTH ? unpacked(stored, body) : stored;
  }
  const isNewer = Array.isArray(stored) && typeof stored[0] === "number" && stored[0] > FORMAT;
  throw unreadable(isNewer ? "MEM_FORMAT" : "MEM_CORRUPT");
}

function unpacked(stored: readonly unknown[], { start, length }: BodyShape): readonly unknown[] {
  const body = unpackOr(stored[start + 1]);
  if (body.length !== length) throw unreadable("MEM_CORRUPT");
  return [...stored.slice(0, start), ...body];
}

function unpackOr(packed: unknown): readonly unknown[] {
  try {
    return unpack(packed);
  } catch {
    // As above, the parser may quote.
    throw unreadable("MEM_CORRUPT");
  }
}
