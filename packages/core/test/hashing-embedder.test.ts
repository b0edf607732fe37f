import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createHashingEmbedder, type HashingEmbedderOptions } from "../src/index.ts";

const embedder = createHashingEmbedder();

async function cosine(a: string, b: string): Promise<number> {
  const [x, y] = await embedder.embed([a, b], { kind: "document" });
  return x?.reduce((sum, each, i) => sum + each * (y?.[i] ?? 0), 0) ?? Number.NaN;
}

describe("the hashing embedder", () => {
  it("gives every text a vector of length 1, the same each time", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 200 }), async (text) => {
        expect(await cosine(text, text)).toBeCloseTo(1, 5);
      }),
    );
  });

  it("gives the vector that it gave in every version, since stores keep them", async () => {
    const [vector] = await createHashingEmbedder({ dimensions: 8 }).embed(["Spring campaign"], {
      kind: "document",
    });
    expect([...(vector ?? [])].map((x) => Math.round(x * 1000))).toMatchInlineSnapshot(`
      [
        0,
        -474,
        0,
        0,
        813,
        0,
        271,
        203,
      ]
    `);
  });

  it("finds words and spellings, in upper case and lower", async () => {
    expect(await cosine("the spring campaign", "Spring Campaign!")).toBeGreaterThan(0.7);
    expect(await cosine("campaigns", "campaign")).toBeGreaterThan(0.3);
  });

  it("knows nothing of meaning", async () => {
    expect(Math.abs(await cosine("car", "automobile"))).toBeLessThan(0.2);
    expect(embedder.weight).toBeLessThan(0.2);
  });

  it.each([
    [{ dimensions: 7 }, "options.dimensions"],
    [{ weight: 1.1 }, "options.weight"],
    [{ dimension: 8 }, "options.dimension"],
    [null, "options"],
  ])("refuses %j, at %s", (options, path) => {
    expect(() => createHashingEmbedder(options as HashingEmbedderOptions)).toThrowError(
      expect.objectContaining({ code: "MEM_INVALID_ARGUMENT", path }),
    );
  });
});
