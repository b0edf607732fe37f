import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from "node:fs";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { ingestKnowledge } from "@mem/knowledge";
import { startRedis } from "@mem/redis-server";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { getSettings, openKnowledgeStore, openMemory } from "../src/index.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mem-config-"));
});
afterEach(() => rm(folder, { recursive: true }));

const settingsIn = (variables: Record<string, string> = {}) =>
  getSettings({
    MEMORY_STORAGE_DIR: join(folder, "memory"),
    MEMORY_EMBEDDINGS_DIR: join(folder, "embeddings"),
    ...variables,
  }).memory;

/** Settings with an embedder. */
const settingsWith = ({ url }: { url: string }, variables: Record<string, string> = {}) =>
  settingsIn({
    MEMORY_LONG_TERM: "json",
    OPENAI_BASE_URL: url,
    MEMORY_EMBEDDING_MODEL: "tiny",
    MEMORY_EMBEDDING_DIMENSIONS: "4",
    ...variables,
  });

/** The files below `path` that this process has open; known only on Linux. */
function openFilesIn(path: string): string[] {
  const descriptors = "/proc/self/fd";
  if (!existsSync(descriptors)) return [];
  return readdirSync(descriptors)
    .map((descriptor) => {
      // The descriptor of the listing itself is closed by now.
      const link = join(descriptors, descriptor);
      return existsSync(link) ? readlinkSync(link) : "";
    })
    .filter((file) => file.startsWith(path));
}

describe("a memory opened from settings", () => {
  it("keeps its data where they say, in the layout that users know", async () => {
    const settings = settingsIn({ MEMORY_VECTOR_STORE: "team", MEMORY_TENANT: "acme" });
    await using memory = await openMemory(settings);
    await memory.save("a", "lesson", "kept", { memoryType: "long_term" });
    await memory.saveExecutionRecord("strategy", { status: "success" });
    expect(memory.tenantId).toBe("acme");
    expect(readdirSync(join(folder, "embeddings"))).toContain("team");
    expect(readdirSync(join(folder, "memory", "execution_records"), { recursive: true })).toContain(
      join("@acme", "strategy.jsonl"),
    );
  });

  it.each([
    ["none", undefined],
    ["all settings instead of its own", getSettings({})],
    ["a part of them", { useRedis: true }],
  ])("is refused %s, and told what it takes", async (_, settings) => {
    for (const open of [openMemory, openKnowledgeStore]) {
      await expect(open(settings as never)).rejects.toMatchObject({
        code: "MEM_INVALID_ARGUMENT",
        path: "settings",
        message: expect.stringContaining("getSettings().memory"),
      });
    }
  });

  it("keeps the audit trail as they say", async () => {
    const settings = settingsIn({
      MEMORY_RECORDS_KEY: "correct horse battery staple",
      MEMORY_RECORDS_REDACT: "true",
      MEMORY_RECORDS_ROTATE_BYTES: "300",
      MEMORY_RECORDS_COMPRESS: "false",
      MEMORY_RECORDS_RETAIN_BYTES: "1000000",
    });
    await using memory = await openMemory(settings);
    for (let n = 0; n < 5; n++) {
      await memory.saveExecutionRecord("strategy", { status: "success", input: "a@b.de" });
    }
    await memory.close();
    const dir = join(folder, "memory", "execution_records");
    const files = readdirSync(dir).filter((name) => name.endsWith(".jsonl"));
    expect(files).toContain("strategy~000001.jsonl");
    const text = files.map((name) => readFileSync(join(dir, name), "utf8")).join("");
    expect(text).toContain('"hmac":"');
    expect(text).toContain("[redacted e-mail address]");
    expect(text).not.toMatch(/"digest":|a@b\.de|horse/);
  });

  it.each([
    ["the least", "1"],
    ["the most", "100000000000"],
  ])("takes %s that the settings accept", async (_name, seconds) => {
    const settings = settingsIn({
      MEMORY_LONG_TERM: "json",
      MEMORY_SHORT_TERM_TTL: seconds,
      MEMORY_SESSION_TIMEOUT: seconds,
      MEMORY_MAX_CONVERSATION_HISTORY: seconds === "1" ? "1" : "1000000",
      MEMORY_MAX_CACHE_SIZE: seconds === "1" ? "1" : "1000000",
    });
    await using memory = await openMemory(settings);
    await memory.save("a", "note", "kept");
    expect(await memory.retrieve("a", "note")).toBe("kept");
  });

  it.each(["text-embedding-3-small", "text-embedding-3-large", "text-embedding-ada-002"])(
    "knows the length of the vectors of %s",
    async (model) => {
      const settings = settingsIn({
        MEMORY_LONG_TERM: "json",
        OPENAI_API_KEY: "sk-unused",
        MEMORY_EMBEDDING_MODEL: model,
      });
      await using memory = await openMemory(settings);
      expect(memory.tenantId).toBe("default");
    },
  );

  it("keeps long-term memory in one readable file when they say so", async () => {
    const settings = settingsIn({ MEMORY_LONG_TERM: "json" });
    {
      await using memory = await openMemory(settings);
      await memory.save("a", "lesson", "kept", { memoryType: "long_term" });
    }
    expect(await readFile(join(folder, "memory", "long_term_memory.json"), "utf8")).toContain(
      '"kept"',
    );
    await using again = await openMemory(settings);
    expect(await again.retrieve("a", "lesson", { memoryType: "long_term" })).toBe("kept");
  });

  it.each(["json", "lancedb"])("searches %s in the language of its texts", async (longTerm) => {
    const variables = { MEMORY_LONG_TERM: longTerm, MEMORY_LANGUAGE: "german" };
    await using memory = await openMemory(settingsIn(variables));
    await memory.save("a", "note", "Wir schreiben kurze Sätze.", { memoryType: "long_term" });
    expect(await memory.searchSimilar("a", "Satz")).toHaveLength(1);
  });

  it("keeps vectors on disk, so that no later process pays for them again", async () => {
    await using service = await startEmbeddings();
    for (const name of ["one", "another"]) {
      // Another memory, which has no vectors yet.
      const settings = settingsWith(service, { MEMORY_STORAGE_DIR: join(folder, name) });
      await using memory = await openMemory(settings);
      await memory.save("a", "note", "The same text.", { memoryType: "long_term" });
      await memory.flush();
    }
    expect(service.texts).toEqual(["The same text."]);
    expect(readdirSync(join(folder, "embeddings"))).toContain("embedding_cache");
  });

  it("embeds as ever where vectors can't be kept on disk", async () => {
    await using service = await startEmbeddings();
    mkdirSync(join(folder, "embeddings"));
    writeFileSync(join(folder, "embeddings", "embedding_cache"), "no folder");
    await using memory = await openMemory(settingsWith(service));
    await memory.save("a", "note", "A text.", { memoryType: "long_term" });
    await memory.flush();
    expect(await memory.searchSimilar("a", "A text.", { mode: "vector" })).toHaveLength(1);
  });

  it("is closed with all that it had open, and so is the operator's store", async () => {
    await using service = await startEmbeddings();
    const settings = settingsWith(service);
    {
      await using store = await openKnowledgeStore(settings);
      await ingestKnowledge({ store, documents: [{ id: "voice", text: "Warm and brief." }] });
      await store.flush();
      await using memory = await openMemory(settings);
      await memory.save("a", "note", "A text.", { memoryType: "long_term" });
      await memory.flush();
      expect(service.texts).toEqual(["Warm and brief.", "A text."]);
    }
    expect(openFilesIn(folder)).toEqual([]);
  });

  it("shares what the operator ingested into the knowledge", async () => {
    const settings = settingsIn();
    {
      await using store = await openKnowledgeStore(settings);
      await ingestKnowledge({ store, documents: [{ id: "voice", text: "Warm and brief." }] });
    }
    await using memory = await openMemory(settings);
    expect(await memory.searchSimilar("a", "warm", { memoryType: "shared" })).toHaveLength(1);
  });

  it("lives on Redis when they say so, with the session's defaults", async () => {
    await using redis = await startRedis();
    const settings = settingsIn({
      MEMORY_USE_REDIS: "true",
      REDIS_URL: redis.url,
      MEMORY_SESSION_TIMEOUT: "900",
      MEMORY_MAX_CONVERSATION_HISTORY: "2",
    });
    await using memory = await openMemory(settings);
    const workflow = await memory.startWorkflow("w");
    expect((await workflow.state()).timeoutMs).toBe(900_000);
    for (const content of ["a", "b", "c"]) await workflow.addMessage({ role: "user", content });
    expect((await workflow.history()).map(({ content }) => content)).toEqual(["b", "c"]);
    expect((await memory.health()).parts["shortTerm"]?.backend).toBe("redis");
  });

  it("is refused where Redis does not answer, without its password", async () => {
    const settings = settingsIn({
      MEMORY_USE_REDIS: "true",
      REDIS_URL: "redis://:hunter2@127.0.0.1:1",
    });
    await expect(openMemory(settings)).rejects.toMatchObject({
      code: "MEM_UNAVAILABLE",
      message: expect.not.stringContaining("hunter2"),
    });
  });
});

describe("a backend that is asked for and not installed", () => {
  it("is named with the command that installs it", () => {
    // A tree with this package and core, and nothing else.
    const scope = join(folder, "node_modules", "@mem");
    mkdirSync(scope, { recursive: true });
    for (const name of ["config", "core"]) {
      const from = join(import.meta.dirname, "..", "..", name);
      for (const part of ["package.json", "src"]) {
        cpSync(join(from, part), join(scope, name, part), { recursive: true });
      }
    }
    const program = `
      import { stripTypeScriptTypes } from "node:module";
      import { registerHooks } from "node:module";
      import { readFileSync } from "node:fs";
      registerHooks({
        load(url, context, next) {
          if (!url.endsWith(".ts")) return next(url, context);
          const source = stripTypeScriptTypes(readFileSync(new URL(url), "utf8"));
          return { format: "module", source, shortCircuit: true };
        },
      });
      const { getSettings, openMemory } = await import("@mem/config");
      await openMemory(getSettings().memory).catch((error) => console.log(error.code, error.message));
    `;
    const child = spawnSync(
      process.execPath,
      ["--conditions=@mem/source", "--input-type=module", "-e", program],
      {
        cwd: folder,
        env: { PATH: process.env["PATH"], MEMORY_USE_REDIS: "true" },
        encoding: "utf8",
      },
    );
    expect(child.stdout).toContain(
      "MEM_NOT_CONFIGURED MEMORY_USE_REDIS=true needs @mem/backend-redis, which is not installed; run: npm install @mem/backend-redis",
    );
  });
});

/** A minimal embedding service, which records the texts that it is asked for. */
async function startEmbeddings(): Promise<{ url: string; texts: string[] } & AsyncDisposable> {
  const texts: string[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { input } = (await json(request)) as { input: string[] };
    texts.push(...input);
    const data = input.map((_, index) => ({ index, embedding: [1, 2, 3, 4] }));
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ object: "list", model: "tiny", data, usage: {} }));
  };
  const server = createServer((request, response) => void answer(request, response));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    texts,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await once(server.close(), "close");
    },
  };
}
