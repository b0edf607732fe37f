import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { createAiSdkEmbedder, type AiSdkEmbedderOptions } from "../src/index.ts";
import { createHashingModel, type HashingModelOptions } from "./hashing-model.ts";

const dimensions = 8;
const key = "sk-secret-abcdef123456";
const document = { kind: "document" } as const;
const [first, second] = [
  [1, 2, 3, 4, 5, 6, 7, 8],
  [8, 7, 6, 5, 4, 3, 2, 1],
];
const hang = (): Promise<never> => new Promise(() => undefined);

/** Like the AI SDK's `APICallError`, which contains the whole request and answer. */
class CallError extends Error {
  readonly url = "https://api.example.org";
  readonly requestBodyValues: unknown;
  readonly statusCode: number | undefined;
  readonly responseHeaders: Record<string, string>;
  readonly responseBody = key;

  constructor(values: string[], statusCode?: number, headers: Record<string, string> = {}) {
    super(`invalid key ${key} for ${values.join()}`);
    this.name = "AI_APICallError";
    this.requestBodyValues = { input: values, key };
    this.statusCode = statusCode;
    this.responseHeaders = headers;
  }
}

type Answer = NonNullable<HashingModelOptions["answer"]>;

const fail =
  (statusCode?: number, headers?: Record<string, string>): Answer =>
  ({ values }, attempt) => {
    if (attempt > 1) return undefined;
    throw new CallError(values, statusCode, { "retry-after-ms": "1", ...headers });
  };

const always =
  (statusCode?: number): Answer =>
  ({ values }) => {
    throw new CallError(values, statusCode);
  };

async function embed(answer: Answer, options: Partial<AiSdkEmbedderOptions> = {}) {
  const model = createHashingModel({ dimensions, answer });
  const embedder = createAiSdkEmbedder(model, { dimensions, ...options });
  const result = await embedder.embed(["the confidential budget", "b"], document).then(
    (vectors) => ({ vectors, error: undefined }),
    (error: unknown) => ({ vectors: undefined, error }),
  );
  return { ...result, calls: model.calls.length };
}

describe("a model that fails", () => {
  it.each([408, 429, 500, 503])("with %i is asked again", async (status) => {
    const { vectors, calls } = await embed(fail(status));
    expect(vectors).toHaveLength(2);
    expect(calls).toBe(2);
  });

  it("with an answer of 200 that can't be read is asked again", async () => {
    expect(await embed(fail(200))).toMatchObject({ calls: 2, error: undefined });
  });

  it.each([401, 404, 400, 200, 500, undefined])(
    "with %s tells neither key nor text",
    async (status) => {
      const { error } = await embed(always(status), { maxRetries: 0 });
      const told = inspect(error, { depth: 10, showHidden: true });
      expect(error).toBeDefined();
      expect(told).not.toContain(key);
      expect(told).not.toContain("confidential");
    },
  );

  it("for want of a key is not asked again", async () => {
    const { error, calls } = await embed(() => {
      throw Object.assign(new Error(key), { name: "AI_LoadAPIKeyError" });
    });
    expect(calls).toBe(1);
    expect(error).toMatchObject({
      code: "MEM_EMBEDDING",
      message: expect.stringContaining("AI_LoadAPIKeyError"),
    });
  });

  it("on one text names it", async () => {
    const { error } = await embed(({ values }) => {
      if (values.includes("b")) throw new CallError(values, 400);
      return undefined;
    });
    expect(error).toMatchObject({ code: "MEM_EMBEDDING", retryable: false, path: "texts[1]" });
  });

  it.each<[string, unknown]>([
    ["no vectors", {}],
    ["too few vectors", { embeddings: [] }],
    ["NaN", { embeddings: [first, second.with(3, Number.NaN)] }],
    ["base64", { embeddings: ["AAAA", "AAAA"] }],
    ["nothing", null],
  ])("with %s rejects", async (_what, reply) => {
    const { error } = await embed(() => reply as never, { maxRetries: 0 });
    expect(error).toMatchObject({ code: "MEM_EMBEDDING", retryable: true });
  });

  it("with vectors of another length says so", async () => {
    const { error } = await embed(() => ({
      embeddings: [
        [1, 2],
        [1, 2],
      ],
    }));
    expect(error).toMatchObject({ code: "MEM_DIMENSION" });
  });

  it("that does not tell its bounds is asked again", async () => {
    let asked = 0;
    const model = {
      ...createHashingModel({ dimensions }),
      get maxEmbeddingsPerCall(): Promise<number> {
        return asked++ === 0 ? Promise.reject(new Error(key)) : Promise.resolve(10);
      },
    };
    const embedder = createAiSdkEmbedder(model, { dimensions });
    const error: unknown = await embedder.embed(["a"], document).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "MEM_EMBEDDING" });
    expect(inspect(error)).not.toContain(key);
    expect(await embedder.embed(["a"], document)).toHaveLength(1);
  });

  it("that never tells its bounds is given up, by its deadline and by the caller", async () => {
    const bound = hang();
    const model = createHashingModel({ dimensions, maxEmbeddingsPerCall: bound });
    const embedder = createAiSdkEmbedder(model, { dimensions, timeoutMs: 50 });
    const controller = new AbortController();
    const left = embedder.embed(["a"], { ...document, signal: controller.signal });
    const waiting = embedder.embed(["a"], document);
    controller.abort();
    await expect(left).rejects.toMatchObject({ code: "MEM_ABORTED" });
    await expect(waiting).rejects.toMatchObject({ code: "MEM_EMBEDDING", retryable: true });
  });

  it("that never answers is given up", async () => {
    const { error } = await embed(hang, { deadlineMs: 20 });
    expect(error).toMatchObject({ code: "MEM_EMBEDDING", retryable: true });
  });

  it("is left when the caller gives up", async () => {
    const model = createHashingModel({
      dimensions,
      answer: hang,
    });
    const signal = AbortSignal.timeout(20);
    const call = createAiSdkEmbedder(model, { dimensions }).embed(["a"], { ...document, signal });
    await expect(call).rejects.toMatchObject({ code: "MEM_ABORTED" });
    expect(model.calls[0]?.abortSignal?.aborted).toBe(true);
  });
});

describe("an answer out of order", () => {
  const vectors = [first, second];
  const answer = (places: readonly unknown[], embeddings = vectors): Answer => {
    const data = places.map((index, i) => ({ index, embedding: vectors[i] }));
    return () => ({ embeddings, response: { body: { data } } });
  };
  const found = vectors.map((vector) => Float32Array.from(vector));

  it("is put in order by the index that came with each vector", async () => {
    expect((await embed(answer([1, 0]))).vectors).toEqual(found.toReversed());
    expect((await embed(answer([0, 1]))).vectors).toEqual(found);
  });

  it("is taken as it is where the provider has done so, or there is no index", async () => {
    expect((await embed(answer([1, 0], vectors.toReversed()))).vectors).toEqual(found.toReversed());
    expect((await embed(answer([undefined, undefined]))).vectors).toEqual(found);
  });

  it.each([[[0, 0]], [[1, 2]], [[0, "1"]], [[1, 1.5]]])("%j is not believed", async (places) => {
    const { error } = await embed(answer(places), { maxRetries: 0 });
    expect(error).toMatchObject({ code: "MEM_EMBEDDING", retryable: true });
  });
});
