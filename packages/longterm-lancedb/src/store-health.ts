import { isMemoryError, type Health, type JsonObject } from "@mem/core";
import type { StoreLocation } from "./location.ts";
import type { OpenedStore } from "./opened-store.ts";
import type { Questions } from "./questions.ts";
import type { StoreLifecycle } from "./store-lifecycle.ts";
import { readDescription } from "./store-description.ts";
import { VECTOR_PENDING } from "./sql.ts";

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
  { maintenance, embedding, database }: OpenedStore,
  questions: Questions,
): Promise<string[]> {
  const troubles: string[] = [];
  if (maintenance.failure !== undefined) {
    troubles.push(`maintenance fails and is tried again: ${messageOf(maintenance.failure)}`);
  }
  if (embedding?.failure !== undefined) {
    const pending = await database.count(VECTOR_PENDING);
    troubles.push(`${pending} vectors are pending: ${embedding.failure.message}`);
  }
  if (questions.failure !== undefined) {
    troubles.push(`searches are by keyword only: ${questions.failure.message}`);
  }
  return troubles;
}

async function detailsOf(
  { database, writer, embedding }: OpenedStore,
  folder: string,
): Promise<JsonObject> {
  const version = await database.read((table) => table.version());
  return {
    folder,
    entries: await database.count(),
    tableVersion: version,
    waitingWrites: writer.waiting,
    cachedBytes: database.cachedBytes,
    ...(embedding && { pendingVectors: await database.count(VECTOR_PENDING) }),
  };
}

function messageOf(error: unknown): string {
  if (isMemoryError(error)) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
