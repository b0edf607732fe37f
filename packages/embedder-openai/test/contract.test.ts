import { describeEmbedder } from "@mem/contract";
import { afterAll, beforeAll } from "vitest";
import { createOpenAiEmbedder } from "../src/index.ts";
import { startEmbeddingServer, type EmbeddingServer } from "./embedding-server.ts";

let server: EmbeddingServer;
beforeAll(async () => {
  server = await startEmbeddingServer(64);
});
afterAll(() => server[Symbol.asyncDispose]());

describeEmbedder({
  name: "openai",
  open: async () =>
    createOpenAiEmbedder({
      apiKey: "none",
      baseUrl: server.baseUrl,
      model: "local",
      dimensions: 64,
    }),
});
