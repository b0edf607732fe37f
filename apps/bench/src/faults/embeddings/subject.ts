import type { Embedder } from "@mem/core";
import { createEmbedderCache } from "@mem/embedder-cache";
import { createOpenAiEmbedder } from "@mem/embedder-openai";
import { DIMENSIONS } from "./saved-texts.ts";

/** What asks the service: this project's embedder, or a client as most people write it. */
export type EmbeddingSubject = "mem" | "plain";

export interface SubjectOptions {
  readonly subject: EmbeddingSubject;
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly model: string;
  /** Where vectors are cached, so that none is requested twice; absent: nowhere. */
  readonly cacheDir?: string;
}

export function createSubject(options: SubjectOptions): Embedder {
  const { subject, baseUrl, apiKey, model, cacheDir } = options;
  if (subject === "plain") return createPlainEmbedder({ baseUrl, apiKey, model });
  const embedder = createOpenAiEmbedder({
    baseUrl,
    apiKey,
    model,
    dimensions: DIMENSIONS,
    // Makes many requests, and keeps those that hang or fail from holding up the lab for long.
    batchSize: 16,
    timeoutMs: 500,
    maxRetries: 1,
  });
  return cacheDir === undefined ? embedder : createEmbedderCache({ embedder, dir: cacheDir });
}

/** Accepts any response that looks like a list of vectors. */
function createPlainEmbedder({
  baseUrl,
  apiKey,
  model,
}: Pick<SubjectOptions, "baseUrl" | "apiKey" | "model">): Embedder {
  return {
    model,
    dimensions: DIMENSIONS,
    weight: 0.5,
    async embed(texts) {
      const response = await fetch(`${baseUrl}/embeddings`, {
        method: "POST",
        headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
        body: JSON.stringify({ model, input: texts }),
        signal: AbortSignal.timeout(500),
      });
      const { data } = (await response.json()) as { data: { embedding: number[] }[] };
      return data.map(({ embedding }) => Float32Array.from(embedding));
    },
  };
}
