import type { SaveItem } from "./agent-memory.ts";
import { checkTtlOrKeep } from "./checks.ts";
import type { Sequence, Write } from "./entry.ts";
import { invalid, MemoryError } from "./errors.ts";
import { copyJson, copyJsonObject, type JsonLimits } from "./json.ts";
import type { LongTermWrite } from "./long-term-store.ts";
import { checkId } from "./scope.ts";
import { searchableText } from "./searchable-text.ts";
import type { ShortTermWrite } from "./short-term-backend.ts";

/** How the place an item goes to treats it. */
export interface WriteDefaults {
  readonly limits: JsonLimits;
  readonly ttlMs: number | null | "session";
}

/** A checked copy of what a caller wants to store in short-term memory. */
export function shortTermWrite(
  item: SaveItem,
  path: string,
  defaults: WriteDefaults,
): ShortTermWrite {
  if (item.text !== undefined) throw unsupported(`${path}text`, "only long-term memory is indexed");
  if (item.sequence !== undefined) {
    throw unsupported(`${path}sequence`, "only long-term memory is indexed");
  }
  const ttlMs = item.ttl === undefined ? defaults.ttlMs : checkTtlOrKeep(item.ttl, `${path}ttl`);
  return { ...write(item, path, defaults), ttlMs };
}

/** A checked copy of what a caller wants to store in long-term memory. */
export function longTermWrite(
  item: SaveItem,
  path: string,
  defaults: WriteDefaults,
): LongTermWrite {
  if (item.ttl !== undefined) throw unsupported(`${path}ttl`, "long-term memory does not expire");
  const checked = write(item, path, defaults);
  const text =
    item.text === undefined
      ? searchableText(checked.value)
      : checkText(item.text, `${path}text`, defaults.limits);
  if (item.sequence === undefined) return { ...checked, text };
  return { ...checked, text, sequence: checkSequence(item.sequence, `${path}sequence`) };
}

function write(item: SaveItem, path: string, { limits }: WriteDefaults): Write {
  if (item.ifVersion !== undefined && item.ifAbsent === true) {
    throw invalid(
      `${path}ifAbsent`,
      "contradicts ifVersion: an entry that has to be absent has no version",
    );
  }
  const checked: { -readonly [K in keyof Write]: Write[K] } = {
    key: checkId(item.key, `${path}key`),
    value: copyJson(item.value, `${path}value`, limits),
    source: "agent",
  };
  if (item.metadata !== undefined) {
    checked.metadata = copyJsonObject(item.metadata, `${path}metadata`, limits);
  }
  if (item.subject !== undefined) checked.subject = checkId(item.subject, `${path}subject`);
  if (item.ifVersion !== undefined) checked.ifVersion = checkId(item.ifVersion, `${path}ifVersion`);
  if (item.ifAbsent === true) checked.ifAbsent = true;
  if (item.opId !== undefined) checked.opId = checkId(item.opId, `${path}opId`);
  return checked;
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

function checkSequence(sequence: Sequence, path: string): Sequence {
  const { id, position } = sequence;
  if (!Number.isFinite(position)) throw invalid(`${path}.position`, "has to be a finite number");
  return { id: checkId(id, `${path}.id`), position };
}

function unsupported(path: string, why: string): MemoryError {
  return new MemoryError("MEM_UNSUPPORTED", `${path} can't be given here: ${why}`, { path });
}
