import { readLockHolder } from "@mem/append-log";
import { isMemoryError, systemClock, type Health, type JsonObject } from "@mem/core";
import type { Condition, Place } from "../store/engine.ts";
import type { OpenedStore } from "./opened-store.ts";
import type { Questions } from "../search/questions.ts";
import type { StoreLifecycle } from "../store/store-lifecycle.ts";
import { countEntries } from "../reading/scope-count.ts";
import { countPending } from "../reading/store-stats.ts";
import { notCleared } from "../table/sql.ts";
import type { View } from "../reading/view.ts";

/** A table this far behind the log is waiting for something. */
const LATE_MS = 5_000;

/** The health of a store. Opens the store only if it exists already: asking creates none. */
export async function describeHealth(
  place: Place,
  lifecycle: StoreLifecycle,
  questions: Questions,
): Promise<Health> {
  const { durability, name: uri } = place;
  const base = { backend: "lancedb", durability } as const;
  try {
    const refusal = await place.refusal();
    if (!(await place.exists())) {
      if (refusal !== undefined) throw refusal;
      return { ...base, status: "ok", messages: [], details: { uri, entries: 0 } };
    }
    const { troubles, details } = await (await lifecycle.open()).condition();
    const failed = questions.failureOf(place.embedder.get());
    const messages = [
      ...troubles,
      ...(refusal === undefined ? [] : [`nothing can be written: ${messageOf(refusal)}`]),
      ...(failed === undefined ? [] : [`searches are by keyword only: ${failed.message}`]),
    ];
    return {
      ...base,
      status: messages.length > 0 ? "degraded" : "ok",
      messages: [...lifecycle.repairs, ...messages],
      details: { uri, ...details },
    };
  } catch (error) {
    return { ...base, status: "down", messages: [messageOf(error)], details: { uri } };
  }
}

/** The condition of a store in a folder. */
export async function conditionOf(opened: OpenedStore): Promise<Condition> {
  return { troubles: await troublesOf(opened), details: await detailsOf(opened) };
}

async function troublesOf({
  maintenance,
  vectors,
  flusher,
  reader,
  database,
}: OpenedStore): Promise<string[]> {
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
  if (vectors.failure !== undefined) {
    const trouble = vectors.trouble(await reader.read((view) => countPending(view)));
    if (trouble !== undefined) troubles.push(trouble);
  }
  return troubles;
}

async function detailsOf({
  database,
  base,
  cache,
  log,
  replica,
  reader,
  vectors,
}: OpenedStore): Promise<JsonObject> {
  const { overlay } = replica;
  const { hits, misses, entries, bytes } = cache.stats;
  return {
    entries: await reader.read((view) => countAll(view)),
    tableVersion: base.version,
    unflushedEntries: overlay.size,
    unflushedBytes: Math.round(overlay.bytes),
    segmentBytes: log.segmentBytes,
    cache: { hits, misses, entries, bytes },
    nativeCacheBytes: database.cachedBytes,
    ...(vectors.areWanted && {
      pendingVectors: await reader.read((view) => countPending(view)),
    }),
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
