import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { appendFile, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createHashingEmbedder } from "@mem/core";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { createEmbedderCache } from "../src/index.ts";
import { createCountingEmbedder } from "./counting-embedder.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const document = { kind: "document" } as const;
const texts = Array.from({ length: 8 }, (_, i) => `text ${i}`);
const right = await createHashingEmbedder({ dimensions: 16 }).embed(texts, document);

async function filledFolder(): Promise<{ dir: string; file: string; bytes: Buffer }> {
  const dir = temporaryFolder();
  await using cache = createEmbedderCache({ embedder: createCountingEmbedder(), dir });
  await cache.embed(texts, document);
  const [name = ""] = await readdir(dir);
  const file = join(dir, name);
  return { dir, file, bytes: await readFile(file) };
}

describe("a cache whose file was changed", () => {
  it("never gives a wrong vector, whatever byte it was, before it is opened or after", async () => {
    const { dir, file, bytes } = await filledFolder();
    // The first line names the kind of the file: if it is changed, the whole file is refused.
    const head = bytes.indexOf(10, 1) + 1;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: head, max: bytes.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        fc.boolean(),
        async (at, change, isOpen) => {
          await writeFile(file, bytes);
          const embedder = createCountingEmbedder();
          await using cache = createEmbedderCache({ embedder, dir });
          if (isOpen) await cache.embed(["another"], document);
          const damaged = await readFile(file);
          damaged[at] = (damaged[at] ?? 0) ^ change;
          await writeFile(file, damaged);
          expect(await cache.embed(texts, document)).toEqual(right);
          // A line break in the middle of one may cost two.
          expect(embedder.asked.length).toBeLessThanOrEqual(3);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("goes on behind a line that was torn by a kill", async () => {
    const { dir, file, bytes } = await filledFolder();
    await writeFile(file, bytes.subarray(0, bytes.length - 40));
    for (const missing of [texts.slice(-1), []]) {
      const embedder = createCountingEmbedder();
      await using cache = createEmbedderCache({ embedder, dir });
      expect(await cache.embed(texts, document)).toEqual(right);
      expect(embedder.asked).toEqual(missing);
    }
  });

  it("takes nothing from lines that others put in", async () => {
    const { dir, file } = await filledFolder();
    await appendFile(file, "\nnonsense\n00000000 data 000000000000 1 x\n");
    const embedder = createCountingEmbedder();
    await using cache = createEmbedderCache({ embedder, dir });
    expect(await cache.embed(texts, document)).toEqual(right);
    expect(embedder.asked).toEqual([]);
  });

  it("begins anew when the folder is removed under it", async () => {
    const { dir } = await filledFolder();
    const embedder = createCountingEmbedder();
    await using cache = createEmbedderCache({ embedder, dir });
    await cache.embed(texts, document);
    await rm(dir, { recursive: true });
    expect(await cache.embed(["another"], document)).toHaveLength(1);
    expect(await cache.embed(["one more"], document)).toHaveLength(1);
    expect((await stat(dir)).isDirectory()).toBe(true);
    expect(cache.stats()).toMatchObject({ entries: 2 });
    expect(cache.stats().failure).toBeUndefined();
  });

  it("asks its embedder while its folder can't be used, says so, and tries again", async () => {
    const dir = join(temporaryFolder(), "file");
    await writeFile(dir, "");
    const told: unknown[] = [];
    const listen = (failure: unknown): void => void told.push(failure);
    subscribe("mem:failure", listen);
    onTestFinished(() => void unsubscribe("mem:failure", listen));
    const embedder = createCountingEmbedder();
    {
      await using cache = createEmbedderCache({ embedder, dir });
      expect(await cache.embed(texts, document)).toEqual(right);
      const failure = expect.objectContaining({ code: "MEM_UNAVAILABLE" });
      expect(cache.stats()).toMatchObject({ entries: 0, misses: 8, failure });
      expect(told).toEqual([{ operation: "open the cache of vectors", error: failure }]);
      await rm(dir);
      await cache.embed(["a"], document);
      expect(cache.stats()).toEqual({ hits: 0, misses: 9, entries: 1 });
    }
    await using cache = createEmbedderCache({ embedder, dir });
    await cache.embed(["a"], document);
    expect(cache.stats()).toMatchObject({ hits: 1, misses: 0 });
  });
});
