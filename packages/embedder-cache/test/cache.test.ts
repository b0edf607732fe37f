import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createHashingEmbedder, createServiceEmbedder, MemoryError } from "@mem/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEmbedderCache, type EmbedderCacheOptions } from "../src/index.ts";
import { createCountingEmbedder } from "./counting-embedder.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const document = { kind: "document" } as const;
const query = { kind: "query" } as const;

describe("a cache of vectors on disk", () => {
  it("asks for each text once, in this life and the next", async () => {
    const dir = temporaryFolder();
    const embedder = createCountingEmbedder();
    const texts = ["a", "b", "a"];
    const plain = await createCountingEmbedder().embed(texts, document);
    for (let life = 1; life <= 3; life++) {
      await using cache = createEmbedderCache({ embedder, dir });
      expect(await cache.embed(texts, document)).toEqual(plain);
      expect(await cache.embed(texts, document)).toEqual(plain);
    }
    expect(embedder.asked).toEqual(["a", "b"]);
  });

  it("asks for what it does not have, in one request, and answers in order", async () => {
    const dir = temporaryFolder();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.string({ unit: "binary", maxLength: 3 })), { maxLength: 5 }),
        async (calls) => {
          const embedder = createCountingEmbedder();
          await using cache = createEmbedderCache({ embedder, dir });
          for (const texts of calls) {
            expect(await cache.embed(texts, document)).toEqual(
              await createCountingEmbedder().embed(texts, document),
            );
          }
          const asked = calls.flat().length;
          const { hits, misses } = cache.stats();
          expect(misses).toBe(embedder.asked.length);
          expect(hits + misses).toBe(asked);
          expect(new Set(embedder.asked).size).toBe(embedder.asked.length);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("has what several calls ask for at once sent once", async () => {
    const embedder = createCountingEmbedder();
    await using cache = createEmbedderCache({ embedder, dir: temporaryFolder() });
    await Promise.all([
      cache.embed(["a", "b"], document),
      cache.embed(["b", "c"], document),
      cache.embed(["a", "c"], document),
    ]);
    expect(embedder.asked.toSorted()).toEqual(["a", "b", "c"]);
    expect(cache.stats()).toMatchObject({ hits: 3, misses: 3, entries: 3 });
  });

  it("keeps models, lengths, questions and texts apart in one folder", async () => {
    const dir = temporaryFolder();
    const embedders = [
      createCountingEmbedder(16),
      createCountingEmbedder(32),
      { ...createCountingEmbedder(16), model: "another" },
    ];
    for (const embedder of embedders) {
      await using cache = createEmbedderCache({ embedder, dir });
      for (const kind of ["document", "query"] as const) await cache.embed(["a"], { kind });
      expect(embedder.asked).toEqual(["a", "a"]);
    }
  });

  it("writes no text down", async () => {
    const dir = temporaryFolder();
    const text = "the confidential budget of the spring campaign";
    await using cache = createEmbedderCache({ embedder: createHashingEmbedder(), dir });
    await cache.embed([text], document);
    await cache.embed([text], query);
    for (const name of await readdir(dir)) {
      const bytes = await readFile(join(dir, name), "latin1");
      expect(bytes).not.toMatch(/confidential|budget|spring/);
      expect(bytes).not.toContain(Buffer.from(text).toString("base64").slice(0, 20));
    }
  });

  it("opens nothing before the first text", async () => {
    const dir = join(temporaryFolder(), "vectors");
    const cache = createEmbedderCache({ embedder: createHashingEmbedder(), dir });
    expect(cache.stats()).toEqual({ hits: 0, misses: 0, entries: 0 });
    await cache.close();
    expect(existsSync(dir)).toBe(false);
  });

  it("fails as its embedder does, and keeps nothing of that", async () => {
    const dir = temporaryFolder();
    const inner = createHashingEmbedder();
    const down = new MemoryError("MEM_EMBEDDING", "down");
    const answers = [
      () => Promise.reject(down),
      () => Promise.resolve([new Float32Array(inner.dimensions).fill(Number.NaN)]),
      () => Promise.resolve([new Float32Array(3)]),
    ];
    await using cache = createEmbedderCache({
      dir,
      embedder: {
        ...inner,
        embed: (texts, options) => answers.shift()?.() ?? inner.embed(texts, options),
      },
    });
    await expect(cache.embed(["a"], document)).rejects.toBe(down);
    await expect(cache.embed(["a"], document)).rejects.toMatchObject({ code: "MEM_EMBEDDING" });
    await expect(cache.embed(["a"], document)).rejects.toMatchObject({ code: "MEM_DIMENSION" });
    expect(cache.stats().entries).toBe(0);
    expect(await cache.embed(["a"], document)).toEqual(await inner.embed(["a"], document));
  });

  it("keeps what was made before a call failed, and names the refused text by its place", async () => {
    const dir = temporaryFolder();
    const sent: string[][] = [];
    const embedder = createServiceEmbedder({
      model: "m",
      dimensions: 1,
      explain: () => ({ status: 400 }),
      send: async ({ texts }) => {
        sent.push(texts);
        if (texts.includes("bad")) throw new Error("no");
        return texts.map((text) => [text.codePointAt(0)]);
      },
    });
    const texts = ["a", "b", "c", "bad", "d"];
    {
      await using cache = createEmbedderCache({ embedder, dir });
      await cache.embed(["b", "a"], document);
      const call = cache.embed(texts, document);
      await expect(call).rejects.toMatchObject({ path: "texts[3]", retryable: false });
    }
    const before = sent.length;
    await using cache = createEmbedderCache({ embedder, dir });
    const good = texts.filter((text) => text !== "bad");
    expect(await cache.embed(good, document)).toEqual(
      good.map((text) => Float32Array.of(text.codePointAt(0) ?? 0)),
    );
    expect(sent.length).toBe(before);
  });

  it("is closed for good", async () => {
    const cache = createEmbedderCache({
      embedder: createHashingEmbedder(),
      dir: temporaryFolder(),
    });
    await cache.embed(["a"], document);
    await Promise.all([cache.close(), cache.close()]);
    await expect(cache.embed(["a"], document)).rejects.toMatchObject({ code: "MEM_CLOSED" });
  });

  it.each([undefined, null, "vectors"])("refuses %j for options", (options) => {
    const given = options as unknown as EmbedderCacheOptions;
    expect(() => createEmbedderCache(given)).toThrowError(
      expect.objectContaining({ code: "MEM_INVALID_ARGUMENT", path: "options" }),
    );
  });

  it.each([
    [{ dir: "" }, "options.dir"],
    [{ maxBytes: 1000 }, "options.maxBytes"],
    [{ maxBytes: Number.NaN }, "options.maxBytes"],
    [{ maxbytes: 2 ** 30 }, "options.maxbytes"],
    [{ embedder: undefined }, "options.embedder"],
    [{ embedder: "some-model" }, "options.embedder"],
    [{ embedder: { ...createHashingEmbedder(), model: "" } }, "options.embedder.model"],
    [{ embedder: { ...createHashingEmbedder(), dimensions: 0.5 } }, "options.embedder.dimensions"],
    [{ embedder: { ...createHashingEmbedder(), weight: 2 } }, "options.embedder.weight"],
  ])("refuses %j, at %s", (options, path) => {
    const embedder = createHashingEmbedder();
    const given = { embedder, dir: "vectors", ...options } as EmbedderCacheOptions;
    expect(() => createEmbedderCache(given)).toThrowError(
      expect.objectContaining({ code: "MEM_INVALID_ARGUMENT", path }),
    );
  });
});
