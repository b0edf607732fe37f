import { join } from "node:path";
import {
  MemoryError,
  MemoryManager,
  redactSecrets,
  type Embedder,
  type Knowledge,
  type LongTermStore,
  type RecordStore,
  type ShortTermBackend,
} from "@mem/core";
import { ifInstalled, installed } from "./installed.ts";
import { closingAfter, openEmbedder } from "./opened-embedder.ts";
import type { MemorySettings } from "./settings.ts";

/**
 * Opens a memory from the settings, and makes sure that Redis answers if they ask for it.
 *
 * Rejects with `MEM_NOT_CONFIGURED` if a required backend is not installed, naming the command that installs it, and
 * with `MEM_UNAVAILABLE` if Redis does not answer.
 */
export async function openMemory(settings: MemorySettings): Promise<MemoryManager> {
  requireSettings(settings);
  const opened = await openEmbedder(settings);
  const { embedder } = opened;
  const [shortTerm, longTerm, records, knowledge] = await Promise.all([
    openShortTerm(settings),
    openStore(settings, settings.vectorStore, "long_term_memory.json", embedder),
    openRecords(settings),
    openKnowledge(settings, embedder),
  ]);
  const manager = new MemoryManager({
    shortTerm,
    longTerm,
    records,
    knowledge,
    tenantId: settings.tenantId,
    shortTermTtl: settings.shortTermTtl,
    maxConversationHistory: settings.maxConversationHistory,
    sessionTimeout: settings.sessionTimeout,
    sweepInterval: settings.sweepInterval,
    autoCleanup: settings.autoCleanup,
    ...(settings.records.redact && { redact: redactSecrets() }),
  });
  const memory = closingAfter(manager, opened);
  await requireAnswer(memory, shortTerm);
  return memory;
}

/**
 * Opens the store that holds the shared knowledge, for `ingestKnowledge`; the caller closes it. It lies in the folder
 * `<vector store>_knowledge`, or in `knowledge.json`.
 */
export async function openKnowledgeStore(settings: MemorySettings): Promise<LongTermStore> {
  requireSettings(settings);
  const opened = await openEmbedder(settings);
  return closingAfter(await openKnowledgeFolder(settings, opened.embedder), opened);
}

/** In plain JavaScript, they may be missing, or be all settings instead of those of the memory. */
function requireSettings(settings: MemorySettings): void {
  if (typeof settings?.storageDir === "string") return;
  const path = "settings";
  throw new MemoryError(
    "MEM_INVALID_ARGUMENT",
    `${path} are not those of a memory; hand in getSettings().memory`,
    { path },
  );
}

async function openShortTerm(settings: MemorySettings): Promise<ShortTermBackend> {
  if (!settings.useRedis) {
    const { createMemoryBackend } = await installed(
      "@mem/backend-memory",
      "Short-term memory in this process (MEMORY_USE_REDIS=false)",
      () => import("@mem/backend-memory"),
    );
    return createMemoryBackend();
  }
  const { createRedisBackend } = await installed(
    "@mem/backend-redis",
    "MEMORY_USE_REDIS=true",
    () => import("@mem/backend-redis"),
  );
  return createRedisBackend({ url: settings.redisUrl.reveal() });
}

async function openStore(
  settings: MemorySettings,
  folder: string,
  file: string,
  embedder: Embedder | undefined,
): Promise<LongTermStore> {
  const { language } = settings;
  const search = { language, ...(embedder !== undefined && { embedder }) };
  if (settings.longTerm === "json") {
    const { createJsonStore } = await installed(
      "@mem/longterm-json",
      "MEMORY_LONG_TERM=json",
      () => import("@mem/longterm-json"),
    );
    return createJsonStore({ path: join(settings.storageDir, file), ...search });
  }
  const { createLanceDbStore } = await installed(
    "@mem/longterm-lancedb",
    "MEMORY_LONG_TERM=lancedb",
    () => import("@mem/longterm-lancedb"),
  );
  return createLanceDbStore({ uri: join(settings.embeddingsDir, folder), ...search });
}

async function openRecords(settings: MemorySettings): Promise<RecordStore> {
  const { createJsonlRecords } = await installed(
    "@mem/records-jsonl",
    "MEMORY_EXECUTION_RECORDS_DIR",
    () => import("@mem/records-jsonl"),
  );
  const { rotateBytes, rotateDaily, compress, retainDays, retainBytes, key } = settings.records;
  const retain = {
    ...(retainDays !== undefined && { days: retainDays }),
    ...(retainBytes !== undefined && { bytes: retainBytes }),
  };
  return createJsonlRecords({
    dir: settings.executionRecordsDir,
    rotate: { bytes: rotateBytes, daily: rotateDaily },
    compress,
    ...(Object.keys(retain).length > 0 && { retain }),
    ...(key !== undefined && { key: key.reveal() }),
  });
}

/** No setting asks for knowledge: if its package is not installed, the memory has none. */
async function openKnowledge(
  settings: MemorySettings,
  embedder: Embedder | undefined,
): Promise<Knowledge | undefined> {
  const knowledge = await ifInstalled("@mem/knowledge", () => import("@mem/knowledge"));
  if (knowledge === undefined) return undefined;
  return knowledge.createKnowledge({ store: await openKnowledgeFolder(settings, embedder) });
}

async function openKnowledgeFolder(
  settings: MemorySettings,
  embedder: Embedder | undefined,
): Promise<LongTermStore> {
  return openStore(settings, `${settings.vectorStore}_knowledge`, "knowledge.json", embedder);
}

/** Reports at the start that Redis is down, rather than at the first call. */
async function requireAnswer(memory: MemoryManager, shortTerm: ShortTermBackend): Promise<void> {
  const { status, backend, messages } = await shortTerm.health();
  if (status !== "down") return;
  await memory.close();
  throw new MemoryError("MEM_UNAVAILABLE", `${backend} does not answer: ${messages.join("; ")}`);
}
