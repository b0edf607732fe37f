import type { SaveItem } from "./agent-memory.ts";
import { checkFlag, checkTtlOrKeep } from "./checks.ts";
import type { Sequence, Write } from "./entry.ts";
import { invalid, MemoryError } from "./errors.ts";
import { copyJson, copyJsonObject } from "./copy-json.ts";
import { type JsonLimits } from "./json.ts";
import type { LongTermWrite } from "./long-term-store.ts";
import { checkId } from "./scope.ts";
import { searchableText } from "./searchable-text.ts";
import type { ShortTermWrite } from "./short-term-backend.ts";

/** The options of an item, beside its key and value. */
export type ItemOptions = Omit<SaveItem, "key" | "value">;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The defaults of the place that an item is written to. */
export interface WriteDefaults {
  readonly limits: JsonLimits;
  readonly ttlMs: number | null | "session";
}

/** A checked copy of what a caller wants to store in short-term memory. */
export function shortTermWrite(
  key: string,
  value: unknown,
  options: ItemOptions,
  path: string,
  defaults: WriteDefaults,
): ShortTermWrite {
  const { text, sequence, ifNew, ttl } = options;
  for (const [name, option] of Object.entries({ text, sequence, ifNew })) {
    if (option === undefined) continue;
    throw unsupported(`${path}${name}`, "only long-term memory is indexed");
  }
  const write: Mutable<ShortTermWrite> = {
    key: checkId(key, `${path}key`),
    value: copyJson(value, `${path}value`, defaults.limits),
    source: "agent",
    ttlMs: ttl === undefined ? defaults.ttlMs : checkTtlOrKeep(ttl, `${path}ttl`),
  };
  addOptions(write, options, path, defaults);
  return write;
}

/** A checked copy of what a caller wants to store in long-term memory. */
export function longTermWrite(
  key: string,
  value: unknown,
  options: ItemOptions,
  path: string,
  defaults: WriteDefaults,
): LongTermWrite {
  const { text, sequence, ifNew, ttl } = options;
  if (ttl !== undefined) throw unsupported(`${path}ttl`, "long-term memory does not expire");
  const copy = copyJson(value, `${path}value`, defaults.limits);
  const write: Mutable<LongTermWrite> = {
    key: checkId(key, `${path}key`),
    value: copy,
    source: "agent",
    text:
      text === undefined ? searchableText(copy) : checkText(text, `${path}text`, defaults.limits),
  };
  if (sequence !== undefined) write.sequence = checkSequence(sequence, `${path}sequence`);
  if (ifNew !== undefined && checkFlag(ifNew, `${path}ifNew`)) write.ifNew = true;
  addOptions(write, options, path, defaults);
  return write;
}

function addOptions(
  write: Mutable<Write>,
  { metadata, subject, ifVersion, ifAbsent, opId }: ItemOptions,
  path: string,
  { limits }: WriteDefaults,
): void {
  const absent = ifAbsent !== undefined && checkFlag(ifAbsent, `${path}ifAbsent`);
  if (ifVersion !== undefined && absent) {
    throw invalid(
      `${path}ifAbsent`,
      "contradicts ifVersion: an entry that has to be absent has no version",
    );
  }
  if (metadata !== undefined) {
    write.metadata = copyJsonObject(metadata, `${path}metadata`, limits);
  }
  if (subject !== undefined) write.subject = checkId(subject, `${path}subject`);
  if (ifVersion !== undefined) write.ifVersion = checkId(ifVersion, `${path}ifVersion`);
  if (absent) write.ifAbsent = true;
  if (opId !== undefined) write.opId = checkId(opId, `${path}opId`);
}

function checkText(text: unknown, path: string, { maxSize }: JsonLimits): string {
  if (typeof text !== "string") throw invalid(path, "has to be a string");
  if (text.length > maxSize) {
    throw new MemoryError("MEM_TOO_LARGE", `${path} is longer than ${maxSize} characters`, {
      path,
    });
  }
  return text.toWellFormed();
}

export function checkSequence(sequence: Sequence, path: string): Sequence {
  if (typeof sequence !== "object" || sequence === null) throw invalid(path, "has to be an object");
  const { id, position } = sequence;
  if (!Number.isFinite(position)) throw invalid(`${path}.position`, "has to be a finite number");
  return { id: checkId(id, `${path}.id`), position };
}

function unsupported(path: string, why: string): MemoryError {
  return new MemoryError("MEM_UNSUPPORTED", `${path} can't be given here: ${why}`, { path });
}
