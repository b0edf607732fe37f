import { encodeScope, type LongTermEntry, type Scope } from "@mem/core";
import type { ChangedEntry, UnflushedEntry } from "../log/changed-entry.ts";
import type { CachedEntry } from "./entry-cache.ts";
import { copyEntry, lacksTime, toUnflushedEntry } from "../table/row-conversion.ts";
import { readEntries } from "../table/row-queries.ts";
import { keyOfId } from "../table/row.ts";
import type { View } from "./view.ts";

/** An entry that the table does not have yet. */
interface Unflushed {
  readonly changed: ChangedEntry;
  readonly entry: UnflushedEntry;
}

/** What is known in memory for a key. `null`: there is no entry; a string: the id to look up in the table. */
type Found = Unflushed | CachedEntry | string | null;

/** The part of a view that can be read without awaiting anything. */
type Memory = Pick<View, "overlay" | "cache" | "version">;

interface Lookup {
  readonly found: readonly Found[];
  /** How many of them the cache knew. */
  readonly hits: number;
}

/**
 * The entry of each key, or `undefined` for a key without one, if all are known in memory. Returns `undefined` as a
 * whole if something has to be read first, which `getEntries` does.
 */
export function getKnown(
  view: Memory,
  scope: Scope,
  keys: readonly string[],
): (LongTermEntry | undefined)[] | undefined {
  const { found, hits } = lookUp(view, scope, keys);
  for (const one of found) if (isOpen(one)) return undefined;
  view.cache.count(hits, 0);
  return found.map((one) => handOut(one as Exclude<Found, string>));
}

/** The entry of each key, or `undefined`. */
export async function getEntries(
  view: View,
  scope: Scope,
  keys: readonly string[],
): Promise<(LongTermEntry | undefined)[]> {
  const { found, hits } = lookUp(view, scope, keys);
  const ids = found.filter((one) => typeof one === "string");
  view.cache.count(hits, ids.length);
  const open = found.filter((one) => typeof one !== "string" && isOpen(one)) as Unflushed[];
  if (open.length > 0) await view.learn(open.map(({ changed }) => changed));
  const read = await readEntries(view.table, ids);
  keep(view, scope, ids, read);
  return found.map((one) => handOut(typeof one === "string" ? (read.get(one) ?? null) : one));
}

function lookUp(
  { overlay, cache, version }: Memory,
  scope: Scope,
  keys: readonly string[],
): Lookup {
  const name = encodeScope(scope);
  const { entries, isCleared } = overlay.changesOf(scope, name);
  let hits = 0;
  const found = keys.map((key): Found => {
    const changed = entries.get(key);
    if (changed !== undefined) {
      return changed.entry === undefined ? null : { changed, entry: changed.entry };
    }
    if (isCleared) return null;
    const id = `${name}:${key}`;
    const cached = cache.find(id, version);
    if (cached === undefined) return id;
    hits++;
    return cached;
  });
  return { found, hits };
}

/** Whether the table has to be read: for the entry, or for the creation time of the one that it replaces. */
function isOpen(found: Found): boolean {
  if (found === null) return false;
  if (typeof found === "string") return true;
  return "changed" in found && lacksTime(found);
}

function handOut(found: Unflushed | CachedEntry | null): LongTermEntry | undefined {
  if (found === null) return undefined;
  return "changed" in found ? toUnflushedEntry(found.changed, found.entry) : copyEntry(found.entry);
}

/** Caches what was read, unless it was changed meanwhile. */
function keep(
  { overlay, cache, version }: View,
  scope: Scope,
  ids: readonly string[],
  read: ReadonlyMap<string, CachedEntry>,
): void {
  if (ids.length === 0) return;
  const { entries, isCleared } = overlay.changesOf(scope, encodeScope(scope));
  if (isCleared) return;
  for (const id of ids) {
    if (!entries.has(keyOfId(id))) cache.put(id, read.get(id) ?? null, version);
  }
}
