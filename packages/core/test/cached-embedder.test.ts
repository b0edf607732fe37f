import { describe, expect, it } from "vitest";
import { createCachedEmbedder, createHashingEmbedder, type Embedder } from "../src/index.ts";

function counted(): { embedder: Embedder; asked: string[][] } {
  const asked: string[][] = [];
  const inner = createHashingEmbedder({ dimensions: 8 });
  return {
    asked,
    embedder: {
      ...inner,
      async embed(texts, options) {
        asked.push([...texts]);
        return inner.embed(texts, options);
      },
    },
  };
}

describe("a cached embedder", () => {
  it("asks for each text once, and answers as the embedder would", async () => {
    const { embedder, asked } = counted();
    const cached = createCachedEmbedder(embedder);
    const first = await cached.embed(["a", "b", "a"], { kind: "document" });
    const second = await cached.embed(["b", "c"], { kind: "document" });
    expect(asked).toEqual([["a", "b"], ["c"]]);
    const plain = await embedder.embed(["a", "b", "a", "b", "c"], { kind: "document" });
    expect([...first, ...second]).toEqual(plain);
  });

  it("keeps questions and texts apart", async () => {
    const { embedder, asked } = counted();
    const cached = createCachedEmbedder(embedder);
    await cached.embed(["a"], { kind: "document" });
    await cached.embed(["a"], { kind: "query" });
    expect(asked).toEqual([["a"], ["a"]]);
  });

  it("forgets what was used longest ago", async () => {
    const { embedder, asked } = counted();
    const cached = createCachedEmbedder(embedder, { maxEntries: 2 });
    for (const text of ["a", "b", "a", "c", "a", "b"])
      await cached.embed([text], { kind: "query" });
    expect(asked.flat()).toEqual(["a", "b", "c", "b"]);
  });

  it("does not hand out what it keeps", async () => {
    const cached = createCachedEmbedder(createHashingEmbedder());
    const [first] = await cached.embed(["a"], { kind: "query" });
    const before = first?.slice();
    first?.fill(0);
    expect((await cached.embed(["a"], { kind: "query" }))[0]).toEqual(before);
  });
});
