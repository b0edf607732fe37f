import { setTimeout as delay } from "node:timers/promises";
import type { SaveItem } from "./agent-memory.ts";
import type { Entry, LongTermEntry } from "./entry.ts";
import { MemoryError, throwIfAborted } from "./errors.ts";
import { copyJson } from "./copy-json.ts";
import { type JsonLimits, type JsonValue } from "./json.ts";
import { searchableText } from "./searchable-text.ts";

const MAX_ATTEMPTS = 200;
const MAX_PAUSE_MS = 20;

export interface OptimisticUpdate {
  readonly read: () => Promise<Entry | undefined>;
  readonly change: (old: JsonValue | undefined) => Promise<unknown>;
  /** Whether the condition of the write was met. */
  readonly write: (next: Omit<SaveItem, "key">) => Promise<boolean>;
  /** Runs an attempt after those of this process that were already waiting for the same entry. */
  readonly takeTurn: <T>(attempt: () => Promise<T>) => Promise<T>;
  readonly limits: JsonLimits;
  readonly keepsTtl: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Reads, changes, and writes if nobody has written in between; otherwise tries again. */
export async function updateEntry(update: OptimisticUpdate): Promise<JsonValue> {
  const attempt = async (): Promise<{ readonly value: JsonValue; readonly stored: boolean }> => {
    throwIfAborted(update.signal);
    const old = await update.read();
    const value = copyJson(await update.change(old?.value), "value", update.limits);
    return { value, stored: await update.write(nextEntry(update, old, value)) };
  };
  for (let tried = 0; tried < MAX_ATTEMPTS; tried++) {
    const { value, stored } = await (tried === 0 ? attempt() : update.takeTurn(attempt));
    if (stored) return value;
    // Within this process, writers take turns; between processes, writers that pause finish sooner.
    if (tried > 2) await delay(Math.random() * Math.min(tried, MAX_PAUSE_MS));
  }
  throw new MemoryError(
    "MEM_CONFLICT",
    `the entry was changed by others during ${MAX_ATTEMPTS} attempts to update it; try again, or write it less often`,
  );
}

function nextEntry(
  update: OptimisticUpdate,
  old: Entry | undefined,
  value: JsonValue,
): Omit<SaveItem, "key"> {
  if (old === undefined) return { value, ifAbsent: true };
  return {
    value,
    ifVersion: old.version,
    ...(update.keepsTtl && { ttl: "keep" as const }),
    ...(old.metadata !== undefined && { metadata: old.metadata }),
    ...(old.subject !== undefined && { subject: old.subject }),
    ...keptForSearch(old),
  };
}

/** A text that the caller gave says more than the value, so it stays; one made from the value is made anew. */
function keptForSearch(old: Entry | LongTermEntry): Pick<SaveItem, "sequence" | "text"> {
  if (!("text" in old)) return {};
  const { text, sequence } = old;
  return {
    ...(sequence !== undefined && { sequence }),
    ...(text !== searchableText(old.value) && { text }),
  };
}
