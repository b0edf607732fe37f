import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createEmbedderCache } from "../src/index.ts";
import { createCountingEmbedder } from "./counting-embedder.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const document = { kind: "document" } as const;
const MIB = 2 ** 20;
const dimensions = 1024;
// The vectors of this many texts take an eighth of a mebibyte.
const batchOf = (round: number): string[] =>
  Array.from({ length: 23 }, (_, i) => `text ${round}-${i}`);

async function sizeOf(dir: string): Promise<number> {
  const sizes = await Promise.all(
    (await readdir(dir)).map(async (name) => (await stat(join(dir, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

describe("the bound of a cache", () => {
  it("is kept, and what was not used for the longest time goes", async () => {
    const dir = temporaryFolder();
    const embedder = createCountingEmbedder(dimensions);
    const options = { embedder, dir, maxBytes: MIB };
    for (let round = 0; round < 40; round++) {
      // Opened again each time, so that nothing is answered from memory.
      await using cache = createEmbedderCache(options);
      await cache.embed(["used in every round"], document);
      await cache.embed(batchOf(round), document);
      expect(await sizeOf(dir)).toBeLessThan(1.2 * MIB);
    }
    expect(embedder.asked.filter((text) => text === "used in every round")).toHaveLength(1);
    await using cache = createEmbedderCache(options);
    expect(cache.stats().entries).toBe(0);
    await cache.embed(batchOf(39), document);
    expect(cache.stats()).toMatchObject({ hits: 23, misses: 0 });
    expect(cache.stats().entries).toBeGreaterThan(80);
    expect(cache.stats().entries).toBeLessThan(220);
    await cache.embed(batchOf(0), document);
    expect(cache.stats().misses).toBe(23);
  });

  it("is kept also by one call that has more than there is room for", async () => {
    const dir = temporaryFolder();
    const embedder = createCountingEmbedder(dimensions);
    await using cache = createEmbedderCache({ embedder, dir, maxBytes: MIB });
    const texts = Array.from({ length: 600 }, (_, i) => `text ${i}`);
    expect(await cache.embed(texts, document)).toHaveLength(600);
    expect(await sizeOf(dir)).toBeLessThan(1.2 * MIB);
    expect(cache.stats().failure).toBeUndefined();
  });

  it("is kept by several that share the folder, and none of them loses its way", async () => {
    const dir = temporaryFolder();
    const embedder = createCountingEmbedder(dimensions);
    await using a = createEmbedderCache({ embedder, dir, maxBytes: MIB });
    await using b = createEmbedderCache({ embedder, dir, maxBytes: MIB });
    await using idle = createEmbedderCache({ embedder, dir, maxBytes: MIB });
    await idle.embed(["first"], document);
    for (let round = 0; round < 12; round++) {
      await Promise.all([
        a.embed(batchOf(2 * round), document),
        b.embed(batchOf(2 * round + 1), document),
      ]);
      expect(await sizeOf(dir)).toBeLessThan(1.5 * MIB);
    }
    const before = embedder.asked.length;
    // By now, the others have dropped more than it had read.
    expect(await idle.embed(batchOf(23), document)).toEqual(await b.embed(batchOf(23), document));
    expect(embedder.asked.length).toBe(before);
    expect(idle.stats().failure).toBeUndefined();
  });
});
