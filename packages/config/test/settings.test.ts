import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { getSettings } from "../src/index.ts";

describe("settings", () => {
  it("have a default for everything", () => {
    expect(getSettings({}).memory).toEqual({
      storageDir: join("data", "processed", "memory"),
      embeddingsDir: join("data", "embeddings"),
      executionRecordsDir: join("data", "processed", "memory", "execution_records"),
      tenantId: "default",
      useRedis: false,
      redisUrl: "redis://127.0.0.1:6379",
      shortTermTtl: 86_400,
      longTerm: "lancedb",
      language: "english",
      enableVectorSearch: true,
      vectorStore: "agent_memory",
      sessionTimeout: 3600,
      autoCleanup: true,
      maxConversationHistory: 100,
      cacheEnabled: true,
      maxCacheSize: 1000,
    });
  });

  it("are read from the environment", () => {
    const { memory } = getSettings({
      MEMORY_STORAGE_DIR: "/srv/memory",
      MEMORY_EMBEDDINGS_DIR: "/srv/vectors",
      MEMORY_TENANT: "acme",
      MEMORY_USE_REDIS: "TRUE",
      REDIS_URL: "rediss://cache.local:6380/2",
      MEMORY_SHORT_TERM_TTL: "60",
      MEMORY_LONG_TERM: "json",
      MEMORY_LANGUAGE: "German",
      MEMORY_ENABLE_VECTOR_SEARCH: "no",
      MEMORY_VECTOR_STORE: "team-7",
      MEMORY_SESSION_TIMEOUT: "900",
      MEMORY_AUTO_CLEANUP: "0",
      MEMORY_MAX_CONVERSATION_HISTORY: "40",
      MEMORY_CACHE_ENABLED: "off",
      MEMORY_MAX_CACHE_SIZE: "5",
      OPENAI_BASE_URL: "http://127.0.0.1:11434/v1",
      MEMORY_EMBEDDING_MODEL: "nomic-embed-text",
      MEMORY_EMBEDDING_DIMENSIONS: "768",
    });
    expect(memory).toEqual({
      storageDir: "/srv/memory",
      embeddingsDir: "/srv/vectors",
      executionRecordsDir: join("/srv/memory", "execution_records"),
      tenantId: "acme",
      useRedis: true,
      redisUrl: "rediss://cache.local:6380/2",
      shortTermTtl: 60,
      longTerm: "json",
      language: "german",
      enableVectorSearch: false,
      vectorStore: "team-7",
      sessionTimeout: 900,
      autoCleanup: false,
      maxConversationHistory: 40,
      cacheEnabled: false,
      maxCacheSize: 5,
      embedder: {
        apiKey: "none",
        baseUrl: "http://127.0.0.1:11434/v1",
        model: "nomic-embed-text",
        dimensions: 768,
      },
    });
  });

  it("treat an empty variable as one that is not set", () => {
    expect(getSettings({ MEMORY_SHORT_TERM_TTL: " ", OPENAI_API_KEY: "" })).toEqual(
      getSettings({}),
    );
  });

  it.each([
    ["MEMORY_USE_REDIS", "maybe", "true or false"],
    ["MEMORY_SHORT_TERM_TTL", "-5", "whole number of seconds"],
    ["MEMORY_SHORT_TERM_TTL", "1e3", "whole number of seconds"],
    ["MEMORY_SHORT_TERM_TTL", "999999999999", "from 1 to 100000000000"],
    ["MEMORY_SESSION_TIMEOUT", "0", "from 1 to 100000000000"],
    ["MEMORY_SESSION_TIMEOUT", "100000000001", "from 1 to 100000000000"],
    ["MEMORY_MAX_CONVERSATION_HISTORY", "2000000", "messages from 1 to 1000000"],
    ["MEMORY_MAX_CACHE_SIZE", "1000001", "vectors from 1 to 1000000"],
    ["MEMORY_EMBEDDING_DIMENSIONS", "65537", "from 1 to 65536"],
    ["MEMORY_LONG_TERM", "sqlite", "lancedb or json"],
    ["MEMORY_LANGUAGE", "elvish", "one of english, none, arabic, .*ukrainian"],
    ["MEMORY_VECTOR_STORE", "../elsewhere", "folder's name"],
    ["MEMORY_MAX_CACHE_SIZE", "many", "from 1 to 1000000"],
  ])(
    "refuse %s=%s, naming the variable, the value and what is accepted",
    (name, value, accepted) => {
      expect(() => getSettings({ [name]: value })).toThrowError(
        expect.objectContaining({
          code: "MEM_INVALID_ARGUMENT",
          path: name,
          message: expect.stringMatching(
            new RegExp(`${name} is "${value.replace(/[.]/g, "\\.")}".*${accepted}`),
          ),
        }),
      );
    },
  );

  it("refuse a model whose vectors have no known length, where one is used", () => {
    const model = { MEMORY_EMBEDDING_MODEL: "nomic-embed-text" };
    const endpoint = { OPENAI_BASE_URL: "http://127.0.0.1:11434/v1" };
    expect(() => getSettings({ ...model, ...endpoint })).toThrowError(
      expect.objectContaining({
        code: "MEM_INVALID_ARGUMENT",
        path: "MEMORY_EMBEDDING_DIMENSIONS",
        message: expect.stringMatching(/nomic-embed-text.*MEMORY_EMBEDDING_MODEL/),
      }),
    );
    expect(getSettings(model).memory.embedder).toBeUndefined();
  });

  it("refuse a tenant that can't be one", () => {
    expect(() => getSettings({ MEMORY_TENANT: "t".repeat(20_000) })).toThrowError(
      expect.objectContaining({ path: "MEMORY_TENANT" }),
    );
  });

  it("keep a password out of the message", () => {
    expect(() => getSettings({ REDIS_URL: "http://:hunter2@cache" })).toThrowError(
      expect.objectContaining({ message: expect.not.stringContaining("hunter2") }),
    );
  });
});
