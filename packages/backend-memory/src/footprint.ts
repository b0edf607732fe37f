import type { JsonObject, JsonValue, LogWrite, ShortTermWrite } from "@mem/core";

// What V8 takes on a 64-bit machine, measured; the test of this file holds it to a quarter of the truth.
const OBJECT = 32;
const ARRAY = 48;
const SLOT = 8;
const NUMBER = 16;
const TEXT = 16;
/** An entry with its place in a map, and its neighbours in use. */
const ENTRY = 176;
const PARTICULARS = 64;
const SCOPE = 640;
const LOG = 850;
const LOG_ITEM = 120;
const SESSION = 620;

const MAX_SMALL_INTEGER = 2 ** 31;
// The engine knows of a string that has only Latin-1 that this can't match.
const WIDE = /[^\0-\xff]/;

/** About how many bytes of the heap things take. */
export interface Footprints {
  /** An entry with its key and its place. */
  readonly entry: (write: ShortTermWrite) => number;
  /** What an entry takes beside, where an operation with a name made it. */
  readonly opId: (opId: string | undefined) => number;
  /** What the first entry of a scope takes beside. */
  readonly scope: number;
  readonly log: (name: string) => number;
  readonly logItem: (item: LogWrite) => number;
  readonly session: (workflowId: string, metadata: JsonObject) => number;
}

export const FOOTPRINTS: Footprints = {
  entry: entryBytes,
  opId: opIdBytes,
  scope: SCOPE,
  log: (name) => LOG + textBytes(name),
  logItem: ({ id, value }) => LOG_ITEM + textBytes(id) + jsonBytes(value),
  session: (workflowId, metadata) => SESSION + textBytes(workflowId) + jsonBytes(metadata),
};

/** For who does not count bytes. */
export const NO_FOOTPRINTS: Footprints = {
  entry: () => 0,
  opId: () => 0,
  scope: 0,
  log: () => 0,
  logItem: () => 0,
  session: () => 0,
};

/** What several things take together. */
export function sizeOf<T>(things: readonly T[], footprint: (thing: T) => number): number {
  let bytes = 0;
  for (const thing of things) bytes += footprint(thing);
  return bytes;
}

function entryBytes(write: ShortTermWrite): number {
  const { key, value, source, metadata, subject, derivedFrom, opId } = write;
  let bytes = ENTRY + textBytes(key) + jsonBytes(value) + opIdBytes(opId);
  if (metadata !== undefined) bytes += jsonBytes(metadata);
  if (subject !== undefined) bytes += textBytes(subject);
  if (derivedFrom !== undefined) bytes += jsonBytes([...derivedFrom]);
  const isCommon =
    source === "agent" &&
    metadata === undefined &&
    subject === undefined &&
    derivedFrom === undefined;
  return isCommon ? bytes : bytes + PARTICULARS;
}

function opIdBytes(opId: string | undefined): number {
  return opId === undefined ? 0 : PARTICULARS + textBytes(opId);
}

/** What a value takes beside the slot that it is in. */
function jsonBytes(value: JsonValue): number {
  if (typeof value === "string") return textBytes(value);
  if (typeof value === "number") return isSmallInteger(value) ? 0 : NUMBER;
  if (typeof value !== "object" || value === null) return 0;
  if (Array.isArray(value)) return ARRAY + SLOT * value.length + itemBytes(value);
  let bytes = OBJECT;
  for (const key in value) bytes += SLOT + jsonBytes(value[key] as JsonValue);
  return bytes;
}

/** Numbers among numbers are in their slots. */
function itemBytes(items: readonly JsonValue[]): number {
  let bytes = 0;
  let numbers = 0;
  for (const item of items) {
    bytes += jsonBytes(item);
    if (typeof item === "number") numbers++;
  }
  return numbers === items.length ? 0 : bytes;
}

function textBytes(text: string): number {
  // Single letters are the engine's own.
  if (text.length < 2) return 0;
  return TEXT + roundUp(WIDE.test(text) ? 2 * text.length : text.length);
}

function isSmallInteger(value: number): boolean {
  return Number.isInteger(value) && value >= -MAX_SMALL_INTEGER && value < MAX_SMALL_INTEGER;
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / SLOT) * SLOT;
}
