import { setTimeout as delay } from "node:timers/promises";
import type { SaveItem } from "./agent-memory.ts";
import type { Entry } from "./entry.ts";
import { MemoryError, throwIfAborted } from "./errors.ts";
import { copyJson, type JsonLimits, type JsonValue } from "./json.ts";

const MAX_ATTEMPTS = 200;
const MAX_PAUSE_MS = 20;

export interface OptimisticUpdate {
  readonly name: string;
  readonly read: () => Promise<Entry | undefined>;
  readonly change: (old: JsonValue | undefined) => Promise<unknown>;
  /** Whether the condition of the item was met. */
  readonly write: (item: SaveItem) => Promise<boolean>;
  readonly limits: JsonLimits;
  readonly keepsTtl: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Read, change, write if nobody wrote between; again if somebody did. */
export async function updateEntry(update: OptimisticUpdate): Promise<JsonValue> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    throwIfAborted(update.signal);
    const old = await update.read();
    const value = copyJson(await update.change(old?.value), "value", update.limits);
    if (await update.write(item(update, old, value))) return value;
    // The first tries cost nothing but the tries; after that, writers that step aside get done sooner.
    if (attempt > 3) await delay(Math.random() * Math.min(attempt, MAX_PAUSE_MS));
  }
  throw new MemoryError(
    "MEM_CONFLICT",
    `the entry was changed by others during ${MAX_ATTEMPTS} attempts to update it; try again, or write it less often`,
  );
}

function item(update: OptimisticUpdate, old: Entry | undefined, value: JsonValue): SaveItem {
  if (old === undefined) return { key: update.name, value, ifAbsent: true };
  return {
    key: update.name,
    value,
    ifVersion: old.version,
    ...(update.keepsTtl && { ttl: "keep" as const }),
    ...(old.metadata !== undefined && { metadata: old.metadata }),
    ...(old.subject !== undefined && { subject: old.subject }),
    ...("sequence" in old && { sequence: old.sequence as NonNullable<SaveItem["sequence"]> }),
  };
}
