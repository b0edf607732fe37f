/**
 * The part of an AI SDK embedding model that is used here, as a structural type:
 * `openai.embedding("text-embedding-3-small")` satisfies it, and so does any model of version 1 to 4 of the
 * specification.
 */
export interface AiSdkEmbeddingModel {
  readonly modelId: string;
  /** Maximum number of texts in one request; `undefined`: no limit. */
  readonly maxEmbeddingsPerCall: PromiseLike<number | undefined> | number | undefined;
  readonly supportsParallelCalls: PromiseLike<boolean | number> | boolean | number;
  doEmbed(options: {
    values: string[];
    abortSignal?: AbortSignal;
    providerOptions?: AiSdkProviderOptions;
  }): PromiseLike<AiSdkEmbeddings>;
}

export interface AiSdkEmbeddings {
  /** In the order of the texts, if the provider keeps it. */
  embeddings: number[][];
  /** The raw answer of the service, if the provider passes it on. */
  response?: { body?: unknown };
}

/** Options keyed by provider, e.g. `{ openai: { dimensions: 512 } }`. */
export type AiSdkProviderOptions = Record<string, Record<string, AiSdkValue | undefined>>;

export type AiSdkValue =
  | null
  | string
  | number
  | boolean
  | AiSdkValue[]
  | { [name: string]: AiSdkValue | undefined };
