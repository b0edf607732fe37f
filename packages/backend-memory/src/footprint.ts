import type { EntrySource, JsonObject, JsonValue } from "@mem/core";
import type { LogContent } from "./log-item.ts";

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
const LOG_ITEM = 160;
/** One tie of an item, with its place where items are found by their ties. */
const TIE = 150;
const SESSION = 380;
const CLAIM = 140;
/** The size of the sample from which the size of all is estimated. */
const SAMPLE = 64;

const MAX_SMALL_INTEGER = 2 ** 31;
// The engine knows of a string that has only Latin-1 that this can't match.
const WIDE = /[^\0-\xff]/;

/** The parts of an entry that take memory. */
export interface EntryContent {
  readonly key: string;
  readonly value: JsonValue;
  readonly source: EntrySource;
  readonly metadata?: JsonObject | undefined;
  readonly subject?: string | undefined;
  readonly derivedFrom?: readonly string[] | undefined;
  readonly opId?: string | undefined;
}

/** The parts of a claim that take memory. */
export interface ClaimContent {
  readonly step: string;
  readonly agentId?: string | undefined;
  readonly opId: string;
}

/** About how many bytes of the heap things take. */
export interface Footprints {
  /** An entry with its key and its place. */
  readonly entry: (content: EntryContent) => number;
  /** What an entry takes in addition if a named operation made it. */
  readonly opId: (opId: string | undefined) => number;
  /** What the first entry of a scope takes in addition. */
  readonly scope: number;
  readonly log: (name: string) => number;
  readonly logItem: (item: LogContent) => number;
  readonly session: (workflowId: string, metadata: JsonObject) => number;
  readonly claim: (claim: ClaimContent) => number;
}

export const FOOTPRINTS: Footprints = {
  entry: entryBytes,
  opId: opIdBytes,
  scope: SCOPE,
  log: (name) => LOG + textBytes(name),
  logItem: ({ id, value, ties }) =>
    LOG_ITEM + textBytes(id) + jsonBytes(value) + (ties === undefined ? 0 : tieBytes(ties)),
  session: (workflowId, metadata) => SESSION + textBytes(workflowId) + jsonBytes(metadata),
  claim: ({ step, agentId = "", opId }) =>
    CLAIM + textBytes(step) + textBytes(agentId) + textBytes(opId),
};

/** For stores that do not count bytes. */
export const NO_FOOTPRINTS: Footprints = {
  entry: () => 0,
  opId: () => 0,
  scope: 0,
  log: () => 0,
  logItem: () => 0,
  session: () => 0,
  claim: () => 0,
};

/** What several things take together. */
export function sizeOf<T>(things: readonly T[], footprint: (thing: T) => number): number {
  let bytes = 0;
  for (const thing of things) bytes += footprint(thing);
  return bytes;
}

/** About what this many things take together, estimated from some of them. */
export function bytesOf<T>(
  things: Iterable<T>,
  count: number,
  footprint: (thing: T) => number,
): number {
  let looked = 0;
  let bytes = 0;
  for (const thing of things) {
    if (looked === SAMPLE) break;
    looked++;
    bytes += footprint(thing);
  }
  return looked === 0 ? 0 : Math.round((bytes / looked) * count);
}

function entryBytes(content: EntryContent): number {
  const { key, value, source, metadata, subject, derivedFrom, opId } = content;
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

function tieBytes(ties: readonly string[]): number {
  return ARRAY + sizeOf(ties, (tie) => TIE + textBytes(tie));
}

/** What a value takes in addition to the slot that holds it. */
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
