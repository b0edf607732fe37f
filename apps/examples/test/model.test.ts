import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHashingEmbedder } from "@mem/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runApp } from "./app.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mem-examples-"));
});
afterEach(() => rm(folder, { recursive: true }));

interface ModelServer extends AsyncDisposable {
  readonly baseUrl: string;
  readonly asked: string[];
}

/** A local endpoint that speaks the protocol: embeddings and chat. */
async function startModelServer(): Promise<ModelServer> {
  const asked: string[] = [];
  const embedder = createHashingEmbedder({ dimensions: 64 });
  const server = createServer((request, response) => {
    const serve = async (): Promise<void> => {
      let body = "";
      for await (const chunk of request) body += String(chunk);
      const { input, messages } = JSON.parse(body) as {
        input?: string[];
        messages?: { content: string }[];
      };
      asked.push(request.url ?? "");
      response.setHeader("content-type", "application/json");
      if (input === undefined) {
        const content = `thought about ${messages?.at(-1)?.content.slice(0, 20) ?? ""}`;
        response.end(
          JSON.stringify({ choices: [{ index: 0, message: { role: "assistant", content } }] }),
        );
        return;
      }
      const vectors = await embedder.embed(input, { kind: "document" });
      const data = vectors.map((vector, index) => ({ index, embedding: [...vector] }));
      response.end(JSON.stringify({ data }));
    };
    void serve();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe("with a model", () => {
  it("search is hybrid and the agents think with it", async () => {
    await using server = await startModelServer();
    const env = {
      OPENAI_BASE_URL: server.baseUrl,
      MEMORY_EMBEDDING_MODEL: "local",
      MEMORY_EMBEDDING_DIMENSIONS: "64",
      OPENAI_CHAT_MODEL: "local-chat",
    };
    const { code, out, err } = await runApp(folder, ["search", "workflow"], { env });
    expect(err).toBe("");
    expect(code).toBe(0);
    expect(out).toContain("hybrid search with local");
    expect(out).toContain("they think with local-chat");
    expect(out).toContain("thought about");
    expect(server.asked).toContain("/v1/embeddings");
    expect(server.asked.filter((path) => path === "/v1/chat/completions")).toHaveLength(4);
  });
});
