import { inspect } from "node:util";
import type OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { createOpenAiEmbedder, type OpenAiEmbedderOptions } from "../src/index.ts";
import { goodReply, startEmbeddingServer, type Answer } from "./embedding-server.ts";

const apiKey = "sk-secret-abcdef123456";
const text = "the confidential budget of the spring campaign";

async function embedAgainst(answer: Answer, options: Partial<OpenAiEmbedderOptions> = {}) {
  await using server = await startEmbeddingServer(8, answer);
  const embedder = createOpenAiEmbedder({
    apiKey,
    baseUrl: server.baseUrl,
    model: "m",
    dimensions: 8,
    maxRetries: 0,
    ...options,
  });
  const result = await embedder.embed([text, "b"], { kind: "document" }).then(
    (vectors) => ({ vectors, error: undefined }),
    (error: unknown) => ({ vectors: undefined, error }),
  );
  return { ...result, requests: server.requests.length };
}

const fail =
  (status: number, body: string, headers: Record<string, string> = {}): Answer =>
  (_request, response) => {
    response.writeHead(status, headers).end(body);
    return null;
  };
const wrongReply =
  (change: (data: { index: unknown; embedding: unknown }[]) => unknown): Answer =>
  async (request) => {
    const reply = await goodReply(request, 8);
    return { ...reply, data: change(reply.data) };
  };

const [a, b] = [0, 1];

describe("a failing service", () => {
  it.each<[string, Answer, string, boolean]>([
    ["500", fail(500, "oops"), "MEM_EMBEDDING", true],
    [
      "401 that echoes the key",
      fail(401, JSON.stringify({ error: { message: `bad key ${apiKey}` } })),
      "MEM_EMBEDDING",
      false,
    ],
    [
      "401 that echoes the key as a code",
      fail(401, JSON.stringify({ error: { code: apiKey, type: apiKey, param: apiKey } })),
      "MEM_EMBEDDING",
      false,
    ],
    [
      "400 that echoes the text",
      fail(400, JSON.stringify({ error: { message: text } })),
      "MEM_EMBEDDING",
      false,
    ],
    [
      "an HTML page",
      fail(200, "<html>busy</html>", { "content-type": "text/html" }),
      "MEM_EMBEDDING",
      true,
    ],
    [
      "an empty reply",
      fail(200, "", { "content-type": "application/json" }),
      "MEM_EMBEDDING",
      true,
    ],
    ["an empty reply of no kind", fail(200, ""), "MEM_EMBEDDING", true],
    ["no content", fail(204, ""), "MEM_EMBEDDING", true],
    [
      "an error object with status 200",
      fail(200, JSON.stringify({ error: { message: `${apiKey} ${text}` } }), {
        "content-type": "application/json",
      }),
      "MEM_EMBEDDING",
      true,
    ],
    [
      "an error with status 200",
      fail(200, '{"detail":"overloaded"}', { "content-type": "application/json" }),
      "MEM_EMBEDDING",
      true,
    ],
    [
      "half a reply",
      fail(200, '{"data":[{"index":0,"embed', { "content-type": "application/json" }),
      "MEM_EMBEDDING",
      true,
    ],
    [
      "NaN, which is no JSON",
      fail(200, '{"data":[{"index":0,"embedding":[NaN]}]}', { "content-type": "application/json" }),
      "MEM_EMBEDDING",
      true,
    ],
    [
      "a body that breaks off",
      (_request, response) => {
        response.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
        response.write('{"data":[');
        setTimeout(() => response.destroy(), 5);
        return null;
      },
      "MEM_EMBEDDING",
      true,
    ],
    ["a lost connection", (_q, response) => (response.destroy(), null), "MEM_EMBEDDING", true],
    ["too few vectors", wrongReply((data) => data.slice(1)), "MEM_EMBEDDING", true],
    ["too many vectors", wrongReply((data) => [...data, data[0]]), "MEM_EMBEDDING", true],
    [
      "one index twice",
      wrongReply((data) => [data[a], { ...data[b], index: 0 }]),
      "MEM_EMBEDDING",
      true,
    ],
    [
      "an index out of range",
      wrongReply((data) => [data[a], { ...data[b], index: 7 }]),
      "MEM_EMBEDDING",
      true,
    ],
    [
      "a short vector",
      wrongReply((data) => [data[a], { index: 1, embedding: [1, 2, 3] }]),
      "MEM_DIMENSION",
      false,
    ],
    [
      "text where numbers were due",
      wrongReply((data) => [data[a], { index: 1, embedding: "AAAA" }]),
      "MEM_EMBEDDING",
      true,
    ],
    [
      "null for a number",
      wrongReply((data) => [data[a], { index: 1, embedding: [null, 1, 1, 1, 1, 1, 1, 1] }]),
      "MEM_EMBEDDING",
      true,
    ],
    [
      "a vector of zeros",
      wrongReply((data) => [data[a], { index: 1, embedding: [0, 0, 0, 0, 0, 0, 0, 0] }]),
      "MEM_EMBEDDING",
      true,
    ],
  ])(
    "that gives %s rejects, and tells neither key nor text",
    async (_name, answer, code, retryable) => {
      const { error } = await embedAgainst(answer);
      expect(error).toMatchObject({ code, retryable });
      const told = inspect(error, { depth: 10, showHidden: true });
      expect(told).not.toContain(apiKey);
      expect(told).not.toContain("confidential");
    },
  );

  it("is asked again after as long as it says", async () => {
    const startedAt = performance.now();
    const { vectors, requests } = await embedAgainst(
      (_request, response, attempt) => {
        if (attempt > 1) return undefined;
        response.writeHead(429, { "retry-after": "1" }).end("{}");
        return null;
      },
      { maxRetries: 2 },
    );
    expect(vectors).toHaveLength(2);
    expect(requests).toBe(2);
    expect(performance.now() - startedAt).toBeGreaterThan(900);
  });

  it("is asked again when its answer was no good", async () => {
    const page = fail(200, "<html>busy</html>", { "content-type": "text/html" });
    const { vectors, requests } = await embedAgainst(
      (request, response, attempt) => (attempt === 1 ? page(request, response, 1) : undefined),
      { maxRetries: 1 },
    );
    expect(vectors).toHaveLength(2);
    expect(requests).toBe(2);
  });

  it.each<[string, Record<string, string>, object]>([
    ["says that it is no use", { "x-should-retry": "false" }, {}],
    ["has no more credit", {}, { error: { code: "insufficient_quota" } }],
  ])("is not asked again when it %s", async (_what, headers, body) => {
    const { error, requests } = await embedAgainst(fail(429, JSON.stringify(body), headers), {
      maxRetries: 3,
    });
    expect(error).toMatchObject({ code: "MEM_EMBEDDING", retryable: true });
    expect(requests).toBe(1);
  });

  it.each([200, 500])("that hangs in the body of its %i is given up, too", async (status) => {
    const { error } = await embedAgainst(
      (_request, response) => {
        response.writeHead(status, { "content-type": "application/json" });
        response.write('{"data":[');
        return null;
      },
      { timeoutMs: 100 },
    );
    expect(error).toMatchObject({ code: "MEM_EMBEDDING", retryable: true });
  });

  it("is understood through a client of another copy of the library", async () => {
    let asked = 0;
    const create = (): Promise<never> => {
      asked++;
      return Promise.reject(Object.assign(new Error(apiKey), { status: 401, headers: {} }));
    };
    const client = { embeddings: { create } } as unknown as OpenAI;
    const embedder = createOpenAiEmbedder({ client, model: "m", dimensions: 8 });
    await expect(embedder.embed([text], { kind: "query" })).rejects.toMatchObject({
      code: "MEM_EMBEDDING",
      retryable: false,
      message: expect.stringContaining("401"),
    });
    expect(asked).toBe(1);
  });

  it("that cannot be found is told of", async () => {
    const embedder = createOpenAiEmbedder({
      apiKey,
      baseUrl: "http://127.0.0.1:9/v1",
      model: "m",
      dimensions: 8,
      maxRetries: 0,
    });
    await expect(embedder.embed(["a"], { kind: "query" })).rejects.toMatchObject({
      code: "MEM_EMBEDDING",
      retryable: true,
    });
  });

  it("that hangs is given up at the deadline", async () => {
    const { error } = await embedAgainst(() => null, { timeoutMs: 100 });
    expect(error).toMatchObject({ code: "MEM_EMBEDDING", retryable: true });
  });

  it("is left when the caller gives up", async () => {
    await using server = await startEmbeddingServer(8, () => null);
    const embedder = createOpenAiEmbedder({
      apiKey,
      baseUrl: server.baseUrl,
      model: "m",
      dimensions: 8,
    });
    const signal = AbortSignal.timeout(50);
    await expect(embedder.embed(["a"], { kind: "query", signal })).rejects.toMatchObject({
      code: "MEM_ABORTED",
    });
  });
});
