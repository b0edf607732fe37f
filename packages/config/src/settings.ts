import { join } from "node:path";
import { checkId, MemoryError } from "@mem/core";
import { LANGUAGES, type SearchLanguage } from "./language.ts";
import { readRecords, type RecordsSettings } from "./records-settings.ts";
import { secret, shownAs, type Secret } from "./secret.ts";
import {
  readVariable,
  withoutPassword,
  type Environment,
  type VariableReader,
} from "./variable.ts";

// What the memory accepts, so that a value is refused here, where its variable can be named.
const MAX_SECONDS = 1e11;
const MAX_MESSAGES = 1_000_000;
const MAX_VECTORS = 1_000_000;
const MAX_DIMENSIONS = 65_536;

/** The models for which the embedder knows the length of the vectors. */
const KNOWN_MODELS = ["text-embedding-3-small", "text-embedding-3-large", "text-embedding-ada-002"];

/** Settings for `openMemory`. Times are in seconds, paths relative to the working directory. */
export interface MemorySettings {
  /** `MEMORY_STORAGE_DIR` */
  readonly storageDir: string;
  /** `MEMORY_EMBEDDINGS_DIR` */
  readonly embeddingsDir: string;
  /** `MEMORY_EXECUTION_RECORDS_DIR` */
  readonly executionRecordsDir: string;
  /** How the audit trail in that folder is kept. */
  readonly records: RecordsSettings;
  /** `MEMORY_TENANT` */
  readonly tenantId: string;
  /** `MEMORY_USE_REDIS` */
  readonly useRedis: boolean;
  /** `REDIS_URL`; printed without its user and password. */
  readonly redisUrl: Secret;
  /** `MEMORY_SHORT_TERM_TTL` */
  readonly shortTermTtl: number;
  /** `MEMORY_LONG_TERM`: `"lancedb"`, or `"json"` for one readable file in `storageDir`. */
  readonly longTerm: "lancedb" | "json";
  /** `MEMORY_LANGUAGE`: the language of the texts, for keyword search; `"none"` for texts in several languages. */
  readonly language: SearchLanguage;
  /** `MEMORY_ENABLE_VECTOR_SEARCH`: takes effect only if an embedder is configured. */
  readonly enableVectorSearch: boolean;
  /** `MEMORY_VECTOR_STORE`: the store's folder in `embeddingsDir`. */
  readonly vectorStore: string;
  /** `MEMORY_SESSION_TIMEOUT` */
  readonly sessionTimeout: number;
  /** `MEMORY_SWEEP_INTERVAL`: how often to look for timed-out sessions; `null`: never. */
  readonly sweepInterval: number | null;
  /** `MEMORY_AUTO_CLEANUP`: whether the end of a session removes its short-term data. */
  readonly autoCleanup: boolean;
  /** `MEMORY_MAX_CONVERSATION_HISTORY` */
  readonly maxConversationHistory: number;
  /**
   * `MEMORY_CACHE_ENABLED`: caches the vectors of texts, so that none is paid for twice. They are kept on disk, in the
   * folder `embedding_cache` of `embeddingsDir`, if `@mem/embedder-cache` is installed, and the latest in this process.
   */
  readonly cacheEnabled: boolean;
  /** `MEMORY_MAX_CACHE_SIZE`: how many vectors to cache in this process. */
  readonly maxCacheSize: number;
  /** Absent if no embedder is configured; then search is by keyword. */
  readonly embedder?: {
    /** `OPENAI_API_KEY` */
    readonly apiKey: Secret;
    /** `OPENAI_BASE_URL`; printed without its query when these settings are printed. */
    readonly baseUrl?: string;
    /** `MEMORY_EMBEDDING_MODEL` */
    readonly model: string;
    /** `MEMORY_EMBEDDING_DIMENSIONS`: always set for models that are not OpenAI's. */
    readonly dimensions?: number;
  };
}

export interface Settings {
  readonly memory: MemorySettings;
}

/**
 * Reads the settings from the environment; variables that are not set have their defaults.
 *
 * Throws `MEM_INVALID_ARGUMENT`, naming the variable, its value and what is accepted.
 */
export function getSettings(environment: Environment = process.env): Settings {
  const read = readVariable(environment);
  const storageDir = read.text("MEMORY_STORAGE_DIR", join("data", "processed", "memory"));
  const redisUrl = read.url("REDIS_URL", "redis://127.0.0.1:6379", ["redis:", "rediss:"]);
  const embedder = readEmbedder(environment);
  return {
    memory: {
      storageDir,
      embeddingsDir: read.text("MEMORY_EMBEDDINGS_DIR", join("data", "embeddings")),
      executionRecordsDir: read.text(
        "MEMORY_EXECUTION_RECORDS_DIR",
        join(storageDir, "execution_records"),
      ),
      records: readRecords(environment),
      tenantId: checkId(read.text("MEMORY_TENANT", "default"), "MEMORY_TENANT"),
      useRedis: read.flag("MEMORY_USE_REDIS", false),
      redisUrl: secret(redisUrl, withoutPassword(redisUrl)),
      shortTermTtl: read.count("MEMORY_SHORT_TERM_TTL", 86_400, "seconds", MAX_SECONDS),
      longTerm: read.word("MEMORY_LONG_TERM", "lancedb", ["lancedb", "json"]),
      language: read.word("MEMORY_LANGUAGE", "english", LANGUAGES),
      enableVectorSearch: read.flag("MEMORY_ENABLE_VECTOR_SEARCH", true),
      vectorStore: read.folderName("MEMORY_VECTOR_STORE", "agent_memory"),
      sessionTimeout: read.count("MEMORY_SESSION_TIMEOUT", 3600, "seconds", MAX_SECONDS),
      sweepInterval: read.interval("MEMORY_SWEEP_INTERVAL", 60, MAX_SECONDS),
      autoCleanup: read.flag("MEMORY_AUTO_CLEANUP", true),
      maxConversationHistory: read.count(
        "MEMORY_MAX_CONVERSATION_HISTORY",
        100,
        "messages",
        MAX_MESSAGES,
      ),
      cacheEnabled: read.flag("MEMORY_CACHE_ENABLED", true),
      maxCacheSize: read.count("MEMORY_MAX_CACHE_SIZE", 1000, "vectors", MAX_VECTORS),
      ...(embedder !== undefined && { embedder }),
    },
  };
}

/** A key or an endpoint configures an embedder; local endpoints need no key. */
function readEmbedder(environment: Environment): MemorySettings["embedder"] {
  const read = readVariable(environment);
  const apiKey = read.text("OPENAI_API_KEY", "");
  const baseUrl = readBaseUrl(read);
  const model = read.text("MEMORY_EMBEDDING_MODEL", "text-embedding-3-small");
  const dimensions = read.count(
    "MEMORY_EMBEDDING_DIMENSIONS",
    0,
    "numbers a vector",
    MAX_DIMENSIONS,
  );
  if (apiKey === "" && baseUrl === "") return undefined;
  if (dimensions === 0 && !KNOWN_MODELS.includes(model)) {
    const path = "MEMORY_EMBEDDING_DIMENSIONS";
    throw new MemoryError(
      "MEM_INVALID_ARGUMENT",
      `${path} is not set; for the model "${model}" (MEMORY_EMBEDDING_MODEL) it has to say how long a vector is`,
      { path },
    );
  }
  const embedder = {
    apiKey: secret(apiKey === "" ? "none" : apiKey),
    model,
    ...(baseUrl !== "" && { baseUrl }),
    ...(dimensions !== 0 && { dimensions }),
  };
  return shownAs(embedder, {
    ...embedder,
    ...(baseUrl !== "" && { baseUrl: withoutPassword(baseUrl) }),
  });
}

/** A user and password in it would be printed with the settings, and such services do not use them. */
function readBaseUrl(read: VariableReader): string {
  const path = "OPENAI_BASE_URL";
  const url = read.url(path, "", ["http:", "https:"]);
  if (url === "") return url;
  const { username, password } = new URL(url);
  if (username === "" && password === "") return url;
  throw new MemoryError(
    "MEM_INVALID_ARGUMENT",
    `${path} is "${withoutPassword(url)}"; accepted is a URL without a name or password: the key belongs in OPENAI_API_KEY`,
    { path },
  );
}
