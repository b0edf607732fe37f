import { readLockHolder } from "@mem/append-log";
import { isMemoryError, systemClock, type Health, type JsonObject } from "@mem/core";
import type { StoreLocation } from "./location.ts";
import type { OpenedStore } from "./opened-store.ts";
import type { Questions } from "./questions.ts";
import type { StoreLifecycle } from "./store-lifecycle.ts";
import { readDescription } from "./store-description.ts";
import { countEntries } from "./scope-count.ts";
import { all, notCleared, VECTOR_PENDING } from "./sql.ts";
import type { View } from "./view.ts";

/** A table that is so far behind the log waits for something. */
const LATE_MS = 5_000;

/** How a store is. It is opened only where there is one already: asking makes none. */
export async function describeHealth(
  { folder, description }: StoreLocation,
  lifecycle: StoreLifecycle,
  questions: Questions,
): Promise<Health> {
  const base = { backend: "lancedb", durability: "disk" } as const;
  try {
    if ((await readDescription(description)) === undefined) {
      return { ...base, status: "ok", messages: [], details: { folder, entries: 0 } };
    }
    const opened = await lifecycle.open();
    const troubles = await troublesOf(opened, questions);
    return {
      ...base,
      status: troubles.length > 0 ? "degraded" : "ok",
      messages: [...lifecycle.repairs, ...troubles],
      details: await detailsOf(opened, folder),
    };
  } catch (error) {
    return { ...base, status: "down", messages: [messageOf(error)], details: { folder } };
  }
}

async function troublesOf(
  { maintenance, embedding, flusher, reader, database }: OpenedStore,
  questions: Questions,
): Promise<string[]> {
  const troubles: string[] = [];
  if (flusher.failure !== undefined) {
    troubles.push(
      `what was saved can't be written to LanceDB's table, is safe in the log, and is tried again: ${messageOf(flusher.failure)}`,
    );
  }
  const holder = readLockHolder(database.location.lock);
  if (flusher.behindMs > LATE_MS && holder !== undefined && holder.pid !== process.pid) {
    const seconds = Math.round((systemClock.now() - holder.since) / 1_000);
    troubles.push(
      `process ${holder.pid} has been writing LanceDB's table for ${seconds} seconds; what was saved is safe in the log and waits for it: is that process paused?`,
    );
  }
  if (maintenance.failure !== undefined) {
    troubles.push(`maintenance fails and is tried again: ${messageOf(maintenance.failure)}`);
  }
  if (embedding?.failure !== undefined) {
    const pending = await reader.read((view) => countPending(view));
    troubles.push(`${pending} vectors are pending: ${embedding.failure.message}`);
  }
  if (questions.failure !== undefined) {
    troubles.push(`searches are by keyword only: ${questions.failure.message}`);
  }
  return troubles;
}

async function detailsOf(
  { database, base, cache, log, replica, reader, embedding }: OpenedStore,
  folder: string,
): Promise<JsonObject> {
  const { overlay } = replica;
  const { hits, misses, entries, bytes } = cache.stats;
  return {
    folder,
    entries: await reader.read((view) => countAll(view)),
    tableVersion: base.version,
    unflushedEntries: overlay.size,
    unflushedBytes: Math.round(overlay.bytes),
    segmentBytes: log.segmentBytes,
    cache: { hits, misses, entries, bytes },
    nativeCacheBytes: database.cachedBytes,
    ...(embedding && { pendingVectors: await reader.read((view) => countPending(view)) }),
  };
}

function messageOf(error: unknown): string {
  if (isMemoryError(error)) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}

async function countAll(view: View): Promise<number> {
  const slice = view.overlay.inTenant();
  const rows = await view.table.countRows(notCleared(slice));
  return countEntries(view, rows, slice.entries.values());
}

/** Of the table: what waits in the log is counted by `unflushedEntries`. */
function countPending({ table, overlay }: View): Promise<number> {
  return table.countRows(all(VECTOR_PENDING, notCleared(overlay.inTenant())));
}
