import { inspect } from "node:util";
import { AzureOpenAI } from "openai";
import { describe, expect, it } from "vitest";
import { createOpenAiEmbedder } from "../src/index.ts";
import { startEmbeddingServer } from "./embedding-server.ts";

const apiKey = "azure-secret-0123456789";
const apiVersion = "2024-10-21";

describe("Azure, by its own client", () => {
  it("is asked at the deployment, with its key and version", async () => {
    await using server = await startEmbeddingServer(256);
    const endpoint = server.baseUrl.replace("/v1", "");
    const client = new AzureOpenAI({ apiKey, apiVersion, endpoint, deployment: "my-embeddings" });
    const embedder = createOpenAiEmbedder({ client, dimensions: 256 });
    expect(embedder).toMatchObject({ model: "text-embedding-3-small", dimensions: 256 });
    expect(await embedder.embed(["a", "b"], { kind: "document" })).toHaveLength(2);
    expect(server.requests).toMatchObject([
      {
        url: `/openai/deployments/my-embeddings/embeddings?api-version=${apiVersion}`,
        headers: { "api-key": apiKey },
        authorization: "",
        dimensions: 256,
        input: ["a", "b"],
      },
    ]);
  });

  it("is asked at the deployment that the model's name is, when the client has none", async () => {
    await using server = await startEmbeddingServer(8);
    const endpoint = server.baseUrl.replace("/v1", "");
    const client = new AzureOpenAI({ apiKey, apiVersion, endpoint });
    const embedder = createOpenAiEmbedder({ client, model: "my-deployment", dimensions: 8 });
    await embedder.embed(["a"], { kind: "query" });
    expect(server.requests[0]?.url).toMatch(/^\/openai\/deployments\/my-deployment\/embeddings/);
  });

  it("is left alone for as long as it says, and its key is in no error", async () => {
    await using server = await startEmbeddingServer(8, (_request, response, attempt) => {
      if (attempt > 2) return undefined;
      // Azure states it in milliseconds, too.
      const headers = { "retry-after-ms": attempt === 1 ? "300" : "90000" };
      response.writeHead(429, headers).end(JSON.stringify({ error: { code: apiKey } }));
      return null;
    });
    const endpoint = server.baseUrl.replace("/v1", "");
    const client = new AzureOpenAI({ apiKey, apiVersion, endpoint });
    const embedder = createOpenAiEmbedder({ client, model: "m", dimensions: 8 });
    const begin = performance.now();
    const error: unknown = await embedder
      .embed(["a"], { kind: "query" })
      .catch((reason: unknown) => reason);
    expect(performance.now() - begin).toBeGreaterThan(290);
    expect(error).toMatchObject({ code: "MEM_EMBEDDING", retryable: true });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(apiKey);
    expect(server.requests).toHaveLength(2);
  });

  it("by a token is asked with that", async () => {
    await using server = await startEmbeddingServer(8);
    const client = new AzureOpenAI({
      azureADTokenProvider: async () => "entra-token",
      apiVersion,
      endpoint: server.baseUrl.replace("/v1", ""),
    });
    await createOpenAiEmbedder({ client, model: "m", dimensions: 8 }).embed(["a"], {
      kind: "query",
    });
    expect(server.requests[0]?.authorization).toBe("Bearer entra-token");
  });
});
