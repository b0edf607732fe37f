import { describe, expect, it } from "vitest";
import { createServiceEmbedder, vectorsBefore, type MemoryError } from "../src/index.ts";
import { answer, ServiceError, serviceThat } from "./failing-service.ts";

const document = { kind: "document" } as const;

function serviceWithout(bad: readonly string[]) {
  const sent: string[][] = [];
  const embedder = createServiceEmbedder({
    model: "m",
    dimensions: 1,
    batchSize: 50,
    explain: () => ({ status: 400 }),
    send: async ({ texts: some }) => {
      sent.push(some);
      if (some.some((text) => bad.includes(text))) throw new Error("no");
      return some.map((text) => [Number(text.slice(5)) + 1]);
    },
  });
  return { embedder, sent };
}

describe("a text that a service refuses", () => {
  const texts = Array.from({ length: 100 }, (_, i) => `text ${i}`);

  it.each([[[0]], [[37]], [[99]], [[0, 50, 51, 98]]])(
    "is named by its place among all, and the others get their vectors: %j",
    async (places) => {
      const { embedder, sent } = serviceWithout(places.map((place) => `text ${place}`));
      const error: unknown = await embedder
        .embed(texts, document)
        .catch((reason: unknown) => reason);
      const { path } = error as MemoryError;
      expect(error).toMatchObject({ code: "MEM_EMBEDDING", retryable: false });
      expect(places.map((place) => `texts[${place}]`)).toContain(path);
      expect(vectorsBefore(error).map((vector) => vector?.[0])).toEqual(
        texts.map((_, i) => (places.includes(i) ? undefined : i + 1)),
      );
      // Halving finds each of them with few requests.
      expect(sent.length).toBeLessThanOrEqual(2 + places.length * 12);
    },
  );

  it.each<[string, (vectors: number[][]) => unknown]>([
    ["NaN", (vectors) => vectors.with(0, [Number.NaN])],
    ["zeros", (vectors) => vectors.with(0, [0])],
    ["no vector", (vectors) => vectors.slice(1)],
    [
      "an answer of 500",
      () => {
        throw new ServiceError(500);
      },
    ],
  ])("may also be one that it gives %s, each time", async (_what, spoil) => {
    const embedder = createServiceEmbedder({
      model: "m",
      dimensions: 1,
      maxRetries: 0,
      explain: (error) => (error instanceof ServiceError ? error : {}),
      send: async ({ texts: some }) => {
        const vectors = some.map((text) => [Number(text.slice(5)) + 1]);
        return some.includes("text 30") ? spoil(vectors) : vectors;
      },
    });
    const error: unknown = await embedder.embed(texts, document).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "MEM_EMBEDDING", path: "texts[30]", retryable: false });
    expect(vectorsBefore(error).map((vector) => vector?.[0])).toEqual(
      texts.map((_, i) => (i === 30 ? undefined : i + 1)),
    );
    const alone = embedder.embed(["text 30"], document);
    await expect(alone).rejects.toMatchObject({ path: "texts[0]", retryable: false });
  });

  it("is not looked for long in a service that is down", async () => {
    const { embedder, startedAt } = serviceThat(
      Array.from({ length: 100 }, () => answer(500)),
      {
        maxRetries: 0,
      },
    );
    const error: unknown = await embedder.embed(texts, document).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "MEM_EMBEDDING", retryable: true });
    expect((error as MemoryError).path).toBeUndefined();
    expect(startedAt.length).toBeLessThan(12);
  });

  it("is found also where it is the first, and another stands beside it", async () => {
    const embedder = createServiceEmbedder({
      model: "m",
      dimensions: 1,
      maxRetries: 0,
      explain: (error) => (error instanceof ServiceError ? error : {}),
      send: async ({ texts: some }) => {
        if (some.includes("text 0") || some.includes("text 1")) throw new ServiceError(500);
        return some.map(() => [1]);
      },
    });
    const error: unknown = await embedder.embed(texts, document).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ path: "texts[0]", retryable: false });
    expect(vectorsBefore(error).filter((vector) => vector === undefined)).toHaveLength(2);
  });

  it("is none in a service that goes down midway", async () => {
    const { embedder, startedAt } = serviceThat(
      [(some) => some.map(() => [1, 2]), ...Array.from({ length: 100 }, () => answer(500))],
      { maxRetries: 0, batchSize: 50, concurrency: 1 },
    );
    const error: unknown = await embedder.embed(texts, document).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "MEM_EMBEDDING", retryable: true });
    expect((error as MemoryError).path).toBeUndefined();
    expect(vectorsBefore(error).filter((vector) => vector !== undefined)).toHaveLength(50);
    expect(startedAt.length).toBeLessThan(12);
  });

  it("is not looked for when all of them are", async () => {
    const { embedder, sent } = serviceWithout(texts);
    await expect(embedder.embed(texts, document)).rejects.toMatchObject({
      code: "MEM_EMBEDDING",
      retryable: false,
    });
    expect(sent.length).toBeLessThan(40);
  });
});

describe("what was made before a failure", () => {
  it("is not lost to those who keep vectors", async () => {
    const { embedder } = serviceThat([(some) => some.map(() => [3, 4]), answer(401)], {
      batchSize: 2,
      concurrency: 1,
    });
    const error: unknown = await embedder
      .embed(["a", "b", "c", "d", "e"], document)
      .catch((reason: unknown) => reason);
    expect(vectorsBefore(error).map((vector) => vector?.[0])).toEqual([
      3,
      3,
      undefined,
      undefined,
      undefined,
    ]);
    expect(vectorsBefore(new Error("another"))).toEqual([]);
  });
});
