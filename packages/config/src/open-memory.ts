import { join } from "node:path";
import {
  MemoryError,
  MemoryManager,
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
 * Opens a memory as the settings say, and makes sure that the server they name answers.
 *
 * Rejects with `MEM_NOT_CONFIGURED` where a backend is asked for that is not installed, naming the command that installs
 * it, and with `MEM_UNAVAILABLE` where Redis is asked for and does not answer.
 */
export async function openMemory(settings: MemorySettings): Promise<MemoryManager> {
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
    autoCleanup: settings.autoCleanup,
  });
  const memory = closingAfter(manager, opened);
  await requireAnswer(memory, shortTerm);
  return memory;
}

/**
 * Opens the store that holds the shared knowledge, for `ingestKnowledge`; the caller closes it. In the folder
 * `<vector store>_knowledge`, or in `knowledge.json`.
 */
export async function openKnowledgeStore(settings: MemorySettings): Promise<LongTermStore> {
  const opened = await openEmbedder(settings);
  return closingAfter(await openKnowledgeFolder(settings, opened.embedder), opened);
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
  return createRedisBackend({ url: settings.redisUrl });
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
  return createJsonlRecords({ dir: settings.executionRecordsDir });
}

/** No setting asks for knowledge: where its package is not installed, the memory goes without. */
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

/** Better to hear at the start that Redis is down than at the first memory. */
async function requireAnswer(memory: MemoryManager, shortTerm: ShortTermBackend): Promise<void> {
  const { status, backend, messages } = await shortTerm.health();
  if (status !== "down") return;
  await memory.close();
  throw new MemoryError("MEM_UNAVAILABLE", `${backend} does not answer: ${messages.join("; ")}`);
}
