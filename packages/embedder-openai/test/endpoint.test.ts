import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openClient } from "../src/endpoint.ts";
import { createOpenAiEmbedder } from "../src/index.ts";
import { startEmbeddingServer } from "./embedding-server.ts";

const ownUrls = ["https://api.openai.com/v1", "https://eu.api.openai.com/v1"];
const foreignUrls = [
  "https://api.openai.com.example.org/v1",
  "https://notapi.openai.com.example.org",
  "https://xapi.openai.com/v1",
  "http://api.openai.com/v1",
  "http://127.0.0.1:11434/v1",
];

beforeEach(() => {
  vi.stubEnv("OPENAI_API_KEY", "sk-of-the-environment");
  vi.stubEnv("OPENAI_BASE_URL", "https://elsewhere.example.org/v1");
  vi.stubEnv("OPENAI_ORG_ID", "org-1");
  vi.stubEnv("OPENAI_PROJECT_ID", "project-1");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe("the environment", () => {
  it("does not say where texts are sent", () => {
    expect(openClient({}).baseURL).toBe("https://api.openai.com/v1");
    expect(openClient({ apiKey: "sk-given" }).baseURL).toBe("https://api.openai.com/v1");
  });

  it.each(ownUrls)("gives the key, the organization and the project for %s", (baseUrl) => {
    expect(openClient({ baseUrl })).toMatchObject({
      apiKey: "sk-of-the-environment",
      organization: "org-1",
      project: "project-1",
    });
  });

  it.each(foreignUrls)("gives nothing of OpenAI's to %s", (baseUrl) => {
    expect(openClient({ baseUrl, apiKey: "none" })).toMatchObject({
      apiKey: "none",
      organization: null,
      project: null,
    });
    const make = (): unknown => createOpenAiEmbedder({ baseUrl, model: "m", dimensions: 8 });
    expect(make).toThrowError(
      expect.objectContaining({ code: "MEM_INVALID_ARGUMENT", path: "options.apiKey" }),
    );
  });

  it("is not asked where a key is given", async () => {
    await using server = await startEmbeddingServer(8);
    const { baseUrl } = server;
    const embedder = createOpenAiEmbedder({ baseUrl, apiKey: "none", model: "m", dimensions: 8 });
    await embedder.embed(["a"], { kind: "query" });
    expect(server.requests[0]?.authorization).toBe("Bearer none");
  });
});
