import { describe, expect, it } from "vitest";
import {
  createAiSdkEmbedder,
  type AiSdkEmbedderOptions,
  type AiSdkEmbeddingModel,
} from "../src/index.ts";
import { createHashingModel, type HashingModel } from "./hashing-model.ts";

const dimensions = 8;
const document = { kind: "document" } as const;
const sizes = (model: HashingModel): number[] =>
  model.calls.map(({ values }) => values.length).toSorted((a, b) => a - b);
const texts = Array.from({ length: 10 }, (_, i) => `text number ${i}`);

describe("a model of the AI SDK", () => {
  it("is asked for as many texts at once as it takes, also where it has to look that up", async () => {
    for (const maxEmbeddingsPerCall of [3, Promise.resolve(3)]) {
      const model = createHashingModel({ dimensions, maxEmbeddingsPerCall });
      const vectors = await createAiSdkEmbedder(model, { dimensions }).embed(texts, document);
      expect(sizes(model)).toEqual([1, 3, 3, 3]);
      const alone = createAiSdkEmbedder(createHashingModel({ dimensions }), { dimensions });
      expect(vectors).toEqual(await alone.embed(texts, document));
    }
  });

  it.each([undefined, Infinity])("with a bound of %s is asked for a batch", async (bound) => {
    const model = createHashingModel({ dimensions, maxEmbeddingsPerCall: bound });
    await createAiSdkEmbedder(model, { dimensions, batchSize: 4 }).embed(texts, document);
    expect(sizes(model)).toEqual([2, 4, 4]);
  });

  it.each([
    [true, 4],
    [false, 1],
  ])("that can take several requests at once (%s) is sent up to %i", async (parallel, most) => {
    let now = 0;
    let peak = 0;
    const model = createHashingModel({
      dimensions,
      supportsParallelCalls: Promise.resolve(parallel),
      answer: async () => {
        peak = Math.max(peak, ++now);
        await new Promise((resolve) => setImmediate(resolve));
        now--;
        return undefined;
      },
    });
    const embedder = createAiSdkEmbedder(model, { dimensions, batchSize: 1 });
    await Promise.all([embedder.embed(texts, document), embedder.embed(texts, document)]);
    expect(peak).toBe(most);
  });

  it("is given the caller's options, by kind of text where it asks for that", async () => {
    const model = createHashingModel({ dimensions });
    const embedder = createAiSdkEmbedder(model, {
      dimensions,
      providerOptions: (kind) => ({ cohere: { inputType: `search_${kind}` } }),
    });
    await embedder.embed(["a"], { kind: "query" });
    await embedder.embed(["a"], document);
    const plain = createAiSdkEmbedder(model, {
      dimensions,
      providerOptions: { openai: { dimensions } },
    });
    await plain.embed(["a"], document);
    expect(model.calls.map(({ providerOptions }) => providerOptions)).toEqual([
      { cohere: { inputType: "search_query" } },
      { cohere: { inputType: "search_document" } },
      { openai: { dimensions } },
    ]);
  });

  it("is asked nothing before the first text", () => {
    const model = {
      modelId: "m",
      get maxEmbeddingsPerCall(): number {
        throw new Error("asked");
      },
      supportsParallelCalls: true,
      doEmbed: () => Promise.reject(new Error("asked")),
    };
    expect(createAiSdkEmbedder(model, { dimensions, weight: 0.7 })).toMatchObject({
      model: "m",
      dimensions,
      weight: 0.7,
    });
  });

  it("gives the vector space its name, unless another is given", () => {
    const model = createHashingModel({ dimensions });
    expect(createAiSdkEmbedder(model, { dimensions }).model).toBe("hashing");
    expect(createAiSdkEmbedder(model, { dimensions, model: "other" }).model).toBe("other");
  });
});

describe("what is refused", () => {
  it.each([
    ["text-embedding-3-small", "a model's name"],
    ["openai/text-embedding-3-small", "a model's name"],
    [undefined, "no embedding model"],
    [{ modelId: "gpt", doGenerate: () => undefined }, "no embedding model"],
  ])("%j is, with what to give instead", (model, what) => {
    const given = model as unknown as AiSdkEmbeddingModel;
    expect(() => createAiSdkEmbedder(given, { dimensions })).toThrowError(
      expect.objectContaining({
        code: "MEM_INVALID_ARGUMENT",
        path: "model",
        message: expect.stringMatching(new RegExp(`${what}.*openai\\.embedding`)),
      }),
    );
  });

  it.each([
    [{ dimensions: 0 }, "options.dimensions"],
    [{ dimensions, weight: 2 }, "options.weight"],
    [{ dimensions, batchSize: 0 }, "options.batchSize"],
    [{ dimensions, providerOption: {} }, "options.providerOption"],
    [{ dimensions, providerOptions: "query" }, "options.providerOptions"],
    [undefined, "options"],
    [null, "options"],
  ])("%j is, at %s", (options, path) => {
    const model = createHashingModel({ dimensions });
    const given = options as AiSdkEmbedderOptions;
    expect(() => createAiSdkEmbedder(model, given)).toThrowError(
      expect.objectContaining({ code: "MEM_INVALID_ARGUMENT", path }),
    );
  });
});
