import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { createOpenAiEmbedder } from "../src/index.ts";
import { startEmbeddingServer, type Answer } from "./embedding-server.ts";

const texts = Array.from({ length: 10 }, (_, i) => `text ${i}`);
const options = { apiKey: "none", model: "m", dimensions: 8, maxRetries: 0 };

/** Answers with this status if the input is bad. */
const refuse =
  (status: number, isBad: (input: readonly string[]) => boolean): Answer =>
  ({ input }, response) => {
    if (!isBad(input)) return undefined;
    response.writeHead(status).end(JSON.stringify({ error: { message: input.join() } }));
    return null;
  };

const embed = async (baseUrl: string): Promise<Float32Array[]> =>
  createOpenAiEmbedder({ ...options, baseUrl }).embed(texts, { kind: "document" });

describe("a text that the service refuses", () => {
  it.each([0, 4, 9])("is named by its place: %i", async (place) => {
    await using server = await startEmbeddingServer(
      8,
      refuse(400, (input) => input.includes(`text ${place}`)),
    );
    const embedder = createOpenAiEmbedder({ ...options, baseUrl: server.baseUrl });
    await expect(embedder.embed(texts, { kind: "document" })).rejects.toMatchObject({
      code: "MEM_EMBEDDING",
      retryable: false,
      path: `texts[${place}]`,
      message: expect.stringContaining(`400 for texts[${place}]`),
    });
    // Halving finds it with few requests.
    expect(server.requests.length).toBeLessThanOrEqual(9);
  });

  it("is named by its place among all, not in its request", async () => {
    await using server = await startEmbeddingServer(
      8,
      refuse(422, (input) => input.includes("text 7")),
    );
    const { baseUrl } = server;
    const embedder = createOpenAiEmbedder({ ...options, baseUrl, batchSize: 3, concurrency: 1 });
    await expect(embedder.embed(texts, { kind: "document" })).rejects.toMatchObject({
      path: "texts[7]",
    });
  });
});

describe("texts that are too many for one request", () => {
  it("are sent in smaller ones", async () => {
    await using server = await startEmbeddingServer(8);
    await using strict = await startEmbeddingServer(
      8,
      refuse(413, (input) => input.length > 3),
    );
    expect(await embed(strict.baseUrl)).toEqual(await embed(server.baseUrl));
  });
});

describe("after a failure", () => {
  it("nothing more is sent, and what is under way is left", async () => {
    const open: ServerResponse[] = [];
    const closed: Promise<unknown>[] = [];
    await using server = await startEmbeddingServer(8, (_request, response) => {
      open.push(response);
      closed.push(once(response, "close"));
      // All four workers wait for an answer; one of them gets a bad one.
      if (open.length === 4) open[1]?.writeHead(401).end("{}");
      return null;
    });
    const { baseUrl } = server;
    const embedder = createOpenAiEmbedder({ ...options, baseUrl, batchSize: 1, concurrency: 4 });
    const many = Array.from({ length: 50 }, (_, i) => `text ${i}`);
    await expect(embedder.embed(many, { kind: "document" })).rejects.toMatchObject({
      code: "MEM_EMBEDDING",
      retryable: false,
      message: expect.stringContaining("401"),
    });
    await Promise.all(closed);
    expect(server.requests).toHaveLength(4);
  });
});
