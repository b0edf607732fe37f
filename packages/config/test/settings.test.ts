import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { getSettings, type Secret } from "../src/index.ts";

/** Matches a secret that reveals this text. */
const hidden = (text: string): unknown =>
  expect.toSatisfy((value: Secret) => value.reveal() === text, text);

/** All the ways in which people print things. */
const shownAs = (value: object): string =>
  [inspect(value, { depth: 9, showHidden: true }), JSON.stringify(value)].join("\n");

describe("settings", () => {
  it("have a default for everything", () => {
    expect(getSettings({}).memory).toEqual({
      storageDir: join("data", "processed", "memory"),
      embeddingsDir: join("data", "embeddings"),
      executionRecordsDir: join("data", "processed", "memory", "execution_records"),
      records: { rotateBytes: 67_108_864, rotateDaily: false, compress: true, redact: false },
      tenantId: "default",
      useRedis: false,
      redisUrl: hidden("redis://127.0.0.1:6379"),
      shortTermTtl: 86_400,
      longTerm: "lancedb",
      language: "english",
      enableVectorSearch: true,
      vectorStore: "agent_memory",
      sessionTimeout: 3600,
      sweepInterval: 60,
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
      MEMORY_RECORDS_ROTATE_BYTES: "1048576",
      MEMORY_RECORDS_ROTATE_DAILY: "on",
      MEMORY_RECORDS_COMPRESS: "no",
      MEMORY_RECORDS_RETAIN_DAYS: "30",
      MEMORY_RECORDS_RETAIN_BYTES: "5000000",
      MEMORY_RECORDS_REDACT: "yes",
      MEMORY_TENANT: "acme",
      MEMORY_USE_REDIS: "TRUE",
      REDIS_URL: "rediss://cache.local:6380/2",
      MEMORY_SHORT_TERM_TTL: "60",
      MEMORY_LONG_TERM: "json",
      MEMORY_LANGUAGE: "German",
      MEMORY_ENABLE_VECTOR_SEARCH: "no",
      MEMORY_VECTOR_STORE: "team-7",
      MEMORY_SESSION_TIMEOUT: "900",
      MEMORY_SWEEP_INTERVAL: "15",
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
      records: {
        rotateBytes: 1_048_576,
        rotateDaily: true,
        compress: false,
        retainDays: 30,
        retainBytes: 5_000_000,
        redact: true,
      },
      tenantId: "acme",
      useRedis: true,
      redisUrl: hidden("rediss://cache.local:6380/2"),
      shortTermTtl: 60,
      longTerm: "json",
      language: "german",
      enableVectorSearch: false,
      vectorStore: "team-7",
      sessionTimeout: 900,
      sweepInterval: 15,
      autoCleanup: false,
      maxConversationHistory: 40,
      cacheEnabled: false,
      maxCacheSize: 5,
      embedder: {
        apiKey: hidden("none"),
        baseUrl: "http://127.0.0.1:11434/v1",
        model: "nomic-embed-text",
        dimensions: 768,
      },
    });
  });

  it("let no session that timed out be looked for", () => {
    expect(getSettings({ MEMORY_SWEEP_INTERVAL: "Never" }).memory.sweepInterval).toBeNull();
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
    ["MEMORY_SWEEP_INTERVAL", "0", "never, or a whole number of seconds from 1 to 100000000000"],
    ["MEMORY_MAX_CONVERSATION_HISTORY", "2000000", "messages from 1 to 1000000"],
    ["MEMORY_MAX_CACHE_SIZE", "1000001", "vectors from 1 to 1000000"],
    ["MEMORY_EMBEDDING_DIMENSIONS", "65537", "from 1 to 65536"],
    ["MEMORY_LONG_TERM", "sqlite", "lancedb or json"],
    ["MEMORY_LANGUAGE", "elvish", "one of english, none, arabic, .*ukrainian"],
    ["MEMORY_VECTOR_STORE", "../elsewhere", "folder's name"],
    ["MEMORY_RECORDS_ROTATE_BYTES", "0", "whole number of bytes"],
    ["MEMORY_RECORDS_ROTATE_DAILY", "weekly", "true or false"],
    ["MEMORY_RECORDS_RETAIN_DAYS", "-1", "days from 1 to 36500"],
    ["MEMORY_RECORDS_RETAIN_BYTES", "1GB", "whole number of bytes"],
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

  it.each(["https://app:hunter2@models.local/v1", "https://hunter2@models.local/v1"])(
    "refuse the endpoint %s, which holds what is to be kept secret",
    (url) => {
      expect(() => getSettings({ OPENAI_BASE_URL: url })).toThrowError(
        expect.objectContaining({
          code: "MEM_INVALID_ARGUMENT",
          path: "OPENAI_BASE_URL",
          message: expect.stringMatching(/^(?!.*hunter2).*OPENAI_API_KEY/),
        }),
      );
    },
  );

  it("keep a password out of the message", () => {
    expect(() => getSettings({ REDIS_URL: "http://:hunter2@cache" })).toThrowError(
      expect.objectContaining({ message: expect.not.stringContaining("hunter2") }),
    );
  });

  it("hold the key of the audit trail, and never show it", () => {
    const text = "correct horse battery staple";
    const { memory } = getSettings({ MEMORY_RECORDS_KEY: text });
    const { key } = memory.records;
    expect(key?.reveal()).toBe(text);
    expect(`${shownAs({ ...memory })} ${String(Object(key))}`).not.toContain("horse");
    expect(() => getSettings({ MEMORY_RECORDS_KEY: "hunter2" })).toThrowError(
      expect.objectContaining({
        path: "MEMORY_RECORDS_KEY",
        message: expect.not.stringContaining("hunter2"),
      }),
    );
  });

  it("hold passwords and keys of services, and never show them", () => {
    const { memory } = getSettings({
      OPENAI_API_KEY: "sk-hunter2",
      OPENAI_BASE_URL: "https://models.local/v1?api-key=hunter2",
      REDIS_URL: "rediss://app:hunter2@cache.local:6380/2?password=hunter2",
    });
    expect(memory.embedder?.apiKey.reveal()).toBe("sk-hunter2");
    expect(memory.embedder?.baseUrl).toBe("https://models.local/v1?api-key=hunter2");
    expect(memory.redisUrl.reveal()).toContain("app:hunter2@");
    const shown = shownAs(memory);
    expect(shown).not.toContain("hunter2");
    // Which server it is stays visible.
    expect(shown).toContain("https://models.local/v1?…");
    expect(shown).toContain("rediss://…@cache.local:6380/2?…");
    expect(shownAs(getSettings({}))).toContain("redis://127.0.0.1:6379");
  });
});
