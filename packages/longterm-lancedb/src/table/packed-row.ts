import { parseJson, type JsonObject } from "@mem/core";
import {
  scopePartsOf,
  type EntryRow,
  type PackedRow,
  type RepeatedColumn,
  type Row,
} from "./row.ts";

/** An entry without its place. */
type Packed = Omit<EntryRow, "id" | "tenant" | "workflow" | "agent">;

/** In the order in which the fields are kept. */
type PackedList = [
  version: string,
  createdAt: number,
  updatedAt: number,
  source: string,
  opId: string | null,
  subject: string | null,
  derivedFrom: unknown,
  sequence: string | null,
  position: number | null,
  metadata: JsonObject | null,
  value: unknown,
  text: string,
  hash: string,
];
const LENGTH = 13;

const REPEATED_SET: Record<RepeatedColumn, true> = {
  tenant: true,
  workflow: true,
  agent: true,
  metadata: true,
  sequence: true,
  position: true,
  version: true,
  created_at: true,
  updated_at: true,
  op_id: true,
  subject: true,
};
const REPEATED = Object.keys(REPEATED_SET) as RepeatedColumn[];

/** Marked by its empty hash: every entry that was ever stored has one. */
const UNREADABLE: Packed = {
  version: "",
  created_at: 0,
  updated_at: 0,
  source: "",
  op_id: null,
  subject: null,
  derived_from: null,
  sequence: null,
  position: null,
  metadata: null,
  value: "null",
  text: "",
  hash: "",
};

/** An entry as one text, a JSON list: for a few rows, reading a column takes about as long whatever it holds. */
export function packEntry(entry: Packed): string {
  const { version, created_at, updated_at, source, op_id, subject, sequence, position } = entry;
  const first = JSON.stringify([version, created_at, updated_at, source, op_id, subject]);
  const place = JSON.stringify([sequence, position]);
  const last = JSON.stringify([entry.text, entry.hash]);
  // These are JSON already.
  const { derived_from, metadata, value } = entry;
  const parts = [inner(first), derived_from, inner(place), metadata, value, inner(last)];
  return `[${parts.map((part) => part ?? "null").join(",")}]`;
}

function inner(list: string): string {
  return list.slice(1, -1);
}

/** An entry as it was before it was packed. If it is too damaged to be read, its hash is empty. */
export function unpackRow({ id, entry }: PackedRow): EntryRow {
  const [tenant = "", workflow = "", agent = ""] = scopePartsOf(id);
  return { id, tenant, workflow, agent, ...unpackEntry(entry) };
}

/** The text of a packed entry. If it is too damaged to be read, all of it has to stand for the text. */
export function textIn(entry: string): string {
  const text = parse(entry)?.[11];
  return typeof text === "string" ? text : entry;
}

export function metadataIn(entry: string): JsonObject | undefined {
  return parse(entry)?.[9] ?? undefined;
}

/** Whether the repeated columns say the same as the id and the packed entry. */
export function isConsistent(row: Row, entry: EntryRow): boolean {
  return REPEATED.every((column) => row[column] === entry[column]);
}

function unpackEntry(entry: string): Packed {
  const list = parse(entry);
  if (list === undefined) return { ...UNREADABLE, text: entry };
  return {
    version: list[0],
    created_at: list[1],
    updated_at: list[2],
    source: list[3],
    op_id: list[4],
    subject: list[5],
    derived_from: toJson(list[6]),
    sequence: list[7],
    position: list[8],
    metadata: toJson(list[9]),
    value: JSON.stringify(list[10]),
    text: list[11],
    hash: list[12],
  };
}

/** The JSON from before the packing: serializing a parsed value gives the same text again. */
function toJson(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}

/** `undefined`: it is damaged. Otherwise, only the hash can tell whether it is what was stored. */
function parse(entry: string): PackedList | undefined {
  try {
    const list = parseJson(entry) as PackedList;
    return Array.isArray(list) && list.length === LENGTH ? list : undefined;
  } catch {
    return undefined;
  }
}
