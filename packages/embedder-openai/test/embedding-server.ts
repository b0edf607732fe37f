import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { createHashingEmbedder } from "@mem/core";

export interface EmbeddingRequest {
  readonly model: string;
  readonly input: readonly string[];
  readonly dimensions?: number;
  readonly authorization: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** Answers one request; `undefined` leaves the answer to the service. */
export type Answer = (
  request: EmbeddingRequest,
  response: ServerResponse,
  attempt: number,
) => unknown;

export interface EmbeddingServer extends AsyncDisposable {
  readonly baseUrl: string;
  readonly requests: EmbeddingRequest[];
}

/** A local server that speaks the embeddings protocol, and misbehaves as `answer` does. */
export async function startEmbeddingServer(
  dimensions: number,
  answer?: Answer,
): Promise<EmbeddingServer> {
  const requests: EmbeddingRequest[] = [];
  const server = createServer((request, response) => {
    const serve = async (): Promise<void> => {
      const parsed = JSON.parse(await readBody(request)) as EmbeddingRequest;
      const { headers, url = "" } = request;
      const asked = { ...parsed, authorization: headers.authorization ?? "", url, headers };
      requests.push(asked);
      const reply = await answer?.(asked, response, requests.length);
      // `null`: the test has given the answer, or withholds it.
      if (reply === null) return;
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(reply ?? (await goodReply(asked, dimensions))));
    };
    void serve();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export async function goodReply(
  request: EmbeddingRequest,
  dimensions: number,
): Promise<{ object: string; model: string; data: { index: number; embedding: number[] }[] }> {
  const embedder = createHashingEmbedder({ dimensions });
  const vectors = await embedder.embed(request.input, { kind: "document" });
  const data = vectors.map((vector, index) => ({
    object: "embedding",
    index,
    embedding: [...vector],
  }));
  return { object: "list", model: request.model, data };
}

async function readBody(request: IncomingMessage): Promise<string> {
  // A character may be split between two chunks.
  request.setEncoding("utf8");
  let body = "";
  for await (const chunk of request) body += String(chunk);
  return body;
}
