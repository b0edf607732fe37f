/**
 * What is used of an embedding model of the AI SDK, by structure: `openai.embedding("text-embedding-3-small")` has it,
 * and so does whatever follows version 1 to 4 of the specification.
 */
export interface AiSdkEmbeddingModel {
  readonly modelId: string;
  /** Texts in one request; `undefined`: as many as one likes. */
  readonly maxEmbeddingsPerCall: PromiseLike<number | undefined> | number | undefined;
  readonly supportsParallelCalls: PromiseLike<boolean | number> | boolean | number;
  doEmbed(options: {
    values: string[];
    abortSignal?: AbortSignal;
    providerOptions?: AiSdkProviderOptions;
  }): PromiseLike<AiSdkEmbeddings>;
}

export interface AiSdkEmbeddings {
  /** In the order of the texts, if the provider heeds it. */
  embeddings: number[][];
  /** The answer as it came, where the provider gives it. */
  response?: { body?: unknown };
}

/** By provider, e.g. `{ openai: { dimensions: 512 } }`. */
export type AiSdkProviderOptions = Record<string, Record<string, AiSdkValue | undefined>>;

export type AiSdkValue =
  | null
  | string
  | number
  | boolean
  | AiSdkValue[]
  | { [name: string]: AiSdkValue | undefined };
