import {
  checkId,
  checkScope,
  encodeParts,
  encodeScope,
  type LongTermEntry,
  type Scope,
  type Sequence,
} from "@mem/core";
import type { EntryView } from "./draft.ts";
import { isRecord, readFormat, wrong, type FileFormat } from "./file-format.ts";
import { storedEntry, type EntryRecord, type StoredEntry } from "./stored-entry.ts";

const FORMAT: FileFormat = { name: "mem-long-term", version: 1 };

/** What the file holds. */
export interface Document {
  readonly entries: readonly StoredEntry[];
  /** The newest version that was ever given out, whether or not its entry still exists. */
  readonly lastVersion: number;
}

/** The text of the file, in an order that depends only on the entries. */
export function encodeDocument(view: EntryView, lastVersion: number): string {
  const entries = view
    .scopes()
    .flatMap((scope) => view.entries(scope).map((stored) => stored.json))
    .join(",\n");
  return `{
  "format": "${FORMAT.name}",
  "formatVersion": ${FORMAT.version},
  "lastVersion": ${lastVersion},
  "entries": ${entries === "" ? "[]" : `[\n${entries}\n  ]`}
}
`;
}

/** Throws `MEM_CORRUPT` or `MEM_FORMAT`; the error names the file and the place in it. */
export function decodeDocument(file: string, content: Uint8Array): Document {
  return readFormat(file, content, FORMAT, ({ lastVersion, entries }) => {
    if (typeof lastVersion !== "number" || !Number.isSafeInteger(lastVersion) || lastVersion < 0) {
      throw wrong("lastVersion", "has to be a whole number");
    }
    if (!Array.isArray(entries)) throw wrong("entries", "has to be an array");
    const decoded = entries.map((entry, i) => decodeEntry(entry, `entries[${i}]`));
    refuseDoubles(decoded);
    // An entry that was added by hand has a version, too.
    const versions = decoded.map(({ entry }) => Number(entry.version)).filter(Number.isSafeInteger);
    return {
      lastVersion: versions.reduce((highest, each) => Math.max(highest, each), lastVersion),
      entries: decoded,
    };
  });
}

/** Refuses two entries in the same place: one of them would be lost. */
function refuseDoubles(entries: readonly StoredEntry[]): void {
  const places = new Set<string>();
  for (const [i, { scope, entry }] of entries.entries()) {
    const place = encodeParts([encodeScope(scope), entry.key]);
    if (places.has(place)) throw wrong(`entries[${i}]`, "is there twice");
    places.add(place);
  }
}

type Check = (value: unknown, path: string) => void;

/** People edit the file, so what can't be right is found when the file is read, not when it is used. */
const CHECKS: Readonly<Record<string, Check>> = {
  tenantId: checkId,
  workflowId: optional(checkId),
  agentId: optional(checkId),
  key: checkId,
  value: checkPresent,
  text: optional(checkString),
  metadata: optional(checkObject),
  subject: optional(checkId),
  sequence: optional(checkSequence),
  source: checkString,
  derivedFrom: optional(checkStrings),
  createdAt: checkTime,
  updatedAt: checkTime,
  version: checkId,
  opId: optional(checkId),
} satisfies Record<keyof Omit<EntryRecord, "expiresAt">, Check>;

/** Decodes an entry of the file. Throws for what is invalid in it, with the place in the file. */
function decodeEntry(value: unknown, path: string): StoredEntry {
  if (!isRecord(value)) throw wrong(path, "has to be an object");
  for (const name of Object.keys(value)) {
    // An unknown field would be lost with the next write.
    if (!Object.hasOwn(CHECKS, name)) throw wrong(`${path}.${name}`, "is not a field of an entry");
  }
  for (const [name, check] of Object.entries(CHECKS)) check(value[name], `${path}.${name}`);
  const { tenantId, opId, text, createdAt, updatedAt, ...rest } = value as unknown as EntryRecord;
  if (text === undefined && typeof rest.value !== "string") {
    throw wrong(`${path}.text`, "may be left out only where the value is a string");
  }
  const { workflowId, agentId } = rest;
  const scope: object = {
    tenantId,
    ...(workflowId !== undefined && { workflowId }),
    ...(agentId !== undefined && { agentId }),
  };
  const entry: LongTermEntry = {
    ...rest,
    text: text ?? (rest.value as string),
    createdAt: Date.parse(createdAt),
    updatedAt: Date.parse(updatedAt),
  };
  return storedEntry(checkScope(scope as Scope), entry, opId);
}

function optional(check: Check): Check {
  return (value, path) => {
    if (value !== undefined) check(value, path);
  };
}

function checkPresent(value: unknown, path: string): void {
  if (value === undefined) throw wrong(path, "is missing");
}

function checkString(value: unknown, path: string): void {
  if (typeof value !== "string") throw wrong(path, "has to be a string");
}

function checkStrings(value: unknown, path: string): void {
  if (!Array.isArray(value)) throw wrong(path, "has to be an array of strings");
  value.forEach((item, i) => checkString(item, `${path}[${i}]`));
}

function checkObject(value: unknown, path: string): void {
  if (!isRecord(value)) throw wrong(path, "has to be an object");
}

function checkSequence(value: unknown, path: string): void {
  const { id, position } = (isRecord(value) ? value : {}) as Partial<Sequence>;
  checkId(id, `${path}.id`);
  if (!Number.isFinite(position)) throw wrong(`${path}.position`, "has to be a number");
}

function checkTime(value: unknown, path: string): void {
  if (typeof value !== "string" || Number.isNaN(Date.parse(value))) {
    throw wrong(path, "has to be a time in ISO 8601");
  }
}
