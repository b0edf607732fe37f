import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { createOpenAiEmbedder, type OpenAiEmbedderOptions } from "../src/index.ts";
import { goodReply, startEmbeddingServer } from "./embedding-server.ts";

const apiKey = "sk-test-1234567890";

const embed = async (baseUrl: string): Promise<Float32Array[]> =>
  createOpenAiEmbedder({ apiKey, baseUrl, model: "m", dimensions: 8 }).embed(["a", "b", "c"], {
    kind: "document",
  });

describe("what is asked of the service", () => {
  it("is bounded in texts a request, and comes back in the order of the texts", async () => {
    await using server = await startEmbeddingServer(8);
    const embedder = createOpenAiEmbedder({
      apiKey,
      baseUrl: server.baseUrl,
      model: "local",
      dimensions: 8,
      batchSize: 3,
    });
    const texts = Array.from({ length: 10 }, (_, i) => `text number ${i}`);
    const vectors = await embedder.embed(texts, { kind: "document" });
    expect(
      server.requests.map((request) => request.input.length).toSorted((x, y) => x - y),
    ).toEqual([1, 3, 3, 3]);
    const alone = await Promise.all(
      texts.map((text) => embedder.embed([text], { kind: "document" })),
    );
    expect(vectors).toEqual(alone.flat());
  });

  it("is bounded in tokens a request", async () => {
    await using server = await startEmbeddingServer(8);
    const embedder = createOpenAiEmbedder({
      apiKey,
      baseUrl: server.baseUrl,
      model: "m",
      dimensions: 8,
    });
    await embedder.embed(
      [
        ...Array.from({ length: 20 }, () => "x".repeat(15_000)),
        ...Array.from({ length: 20 }, () => "語".repeat(2500)),
      ],
      { kind: "document" },
    );
    // A hundred thousand tokens each, by estimate.
    const sizes = server.requests.map((request) => request.input.join("").length);
    expect(sizes.toSorted((x, y) => x - y)).toEqual([50_000, 300_000]);
  });

  it("puts vectors where their index says, in whatever order they come", async () => {
    await using server = await startEmbeddingServer(8);
    await using shuffled = await startEmbeddingServer(8, async (request) => {
      const reply = await goodReply(request, 8);
      return { ...reply, data: reply.data.toReversed() };
    });
    expect(await embed(shuffled.baseUrl)).toEqual(await embed(server.baseUrl));
  });

  it("names a length only to models that can be asked for one", async () => {
    await using server = await startEmbeddingServer(512);
    const { baseUrl } = server;
    const sized = createOpenAiEmbedder({ apiKey, baseUrl, dimensions: 512 });
    const fixed = createOpenAiEmbedder({
      apiKey,
      baseUrl,
      model: "nomic-embed-text",
      dimensions: 512,
    });
    await sized.embed(["a"], { kind: "query" });
    await fixed.embed(["a"], { kind: "query" });
    expect(server.requests.map((request) => request.dimensions)).toEqual([512, undefined]);
  });

  it("names a length to others when it is told to, and to none when it is told not to", async () => {
    await using server = await startEmbeddingServer(512);
    const options = { apiKey, baseUrl: server.baseUrl, dimensions: 512 };
    const ask = { ...options, model: "openai/text-embedding-3-small", sendDimensions: true };
    await createOpenAiEmbedder(ask).embed(["a"], { kind: "query" });
    await createOpenAiEmbedder({ ...options, sendDimensions: false }).embed(["a"], {
      kind: "query",
    });
    expect(server.requests.map((request) => request.dimensions)).toEqual([512, undefined]);
  });

  it("is at most as much of a text as the model takes, also of one that is not Latin", async () => {
    await using server = await startEmbeddingServer(8);
    const { baseUrl } = server;
    const embedder = createOpenAiEmbedder({ apiKey, baseUrl, model: "m", dimensions: 8 });
    await embedder.embed(["x".repeat(30_000), "語".repeat(30_000), "я".repeat(30_000)], {
      kind: "document",
    });
    const lengths = server.requests.flatMap(({ input }) => input.map((text) => text.length));
    expect(lengths).toEqual([24_573, 4095, 6143]);
  });

  it("cuts a long text between characters and sends a blank one as a space", async () => {
    await using server = await startEmbeddingServer(8);
    const options = {
      apiKey,
      baseUrl: server.baseUrl,
      model: "m",
      dimensions: 8,
      maxTextTokens: 3,
    };
    await createOpenAiEmbedder(options).embed(["abc😀", "abcdefghij", " \n", ""], {
      kind: "document",
    });
    expect(server.requests[0]?.input).toEqual(["abc", "abcdefghi", " ", " "]);
  });

  it("goes through a client of the caller's own", async () => {
    await using server = await startEmbeddingServer(8);
    const client = new OpenAI({ apiKey: "of-the-caller", baseURL: server.baseUrl });
    await createOpenAiEmbedder({ client, model: "m", dimensions: 8 }).embed(["a"], {
      kind: "query",
    });
    expect(server.requests[0]?.authorization).toBe("Bearer of-the-caller");
  });

  it("is nothing before the first text, and nothing for no texts", async () => {
    await using server = await startEmbeddingServer(8);
    const embedder = createOpenAiEmbedder({
      apiKey,
      baseUrl: server.baseUrl,
      model: "m",
      dimensions: 8,
    });
    expect(await embedder.embed([], { kind: "document" })).toEqual([]);
    expect(server.requests).toEqual([]);
  });
});

describe("options", () => {
  it.each([
    [{ apiKey: "" }, "options.apiKey"],
    [{ apiKey: "sk-1\n2" }, "options.apiKey"],
    [{ apiKey: "sk-1…2" }, "options.apiKey"],
    [{ apiKey, baseUrl: "https://name:password@example.org/v1" }, "options.baseUrl"],
    [{ apiKey, deadlineMs: 0 }, "options.deadlineMs"],
    [{ apiKey, baseUrl: "api.openai.com" }, "options.baseUrl"],
    [{ apiKey, model: "unknown" }, "options.dimensions"],
    [{ apiKey, dimensions: 0 }, "options.dimensions"],
    [{ apiKey, weight: 2 }, "options.weight"],
    [{ apiKey, concurrency: 1.5 }, "options.concurrency"],
    [{ apiKey, baseURL: "http://127.0.0.1:11434/v1" }, "options.baseURL"],
    [{ apiKey, model: 5 }, "options.model"],
    [{ apiKey, sendDimensions: "yes" }, "options.sendDimensions"],
    [{ apiKey: 5 }, "options.apiKey"],
    [{ client: "openai" }, "options.client"],
    [null, "options"],
    ["text-embedding-3-small", "options"],
  ])("%j are refused at %s", (options, path) => {
    expect(() => createOpenAiEmbedder(options as OpenAiEmbedderOptions)).toThrowError(
      expect.objectContaining({ code: "MEM_INVALID_ARGUMENT", path }),
    );
  });

  it("know the lengths of OpenAI's own models", () => {
    expect(createOpenAiEmbedder({ apiKey }).dimensions).toBe(1536);
    expect(createOpenAiEmbedder({ apiKey, model: "text-embedding-3-large" }).dimensions).toBe(3072);
  });
});
