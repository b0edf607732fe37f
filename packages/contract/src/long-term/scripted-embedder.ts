import { createHashingEmbedder, MemoryError, type Embedder, type EmbedOptions } from "@mem/core";

type Embed = Embedder["embed"];

/** An embedder that works until `misbehave` is called, and counts what it is asked. */
export interface ScriptedEmbedder extends Embedder {
  /** How many texts of each kind it has been given. */
  readonly asked: { document: number; query: number };
  /** Whether it has ever been given a blank text, which services refuse. */
  readonly sawBlank: boolean;
  /** Answers requests of these kinds with `embed` until `work` is called. */
  misbehave(embed: Embed, ...kinds: readonly EmbedOptions["kind"][]): void;
  work(): void;
}

/** Uses the hashing embedder's vectors; another `model` or `dimensions` is another vector space. */
export function createScriptedEmbedder(
  options: { readonly dimensions?: number; readonly model?: string } = {},
): ScriptedEmbedder {
  const { dimensions = 64, model = `scripted-${dimensions}` } = options;
  const honest = createHashingEmbedder({ dimensions });
  const asked = { document: 0, query: 0 };
  let script: { readonly embed: Embed; readonly kinds: readonly string[] } | undefined;
  let sawBlank = false;
  return {
    model,
    dimensions,
    weight: 0.5,
    asked,
    get sawBlank() {
      return sawBlank;
    },
    misbehave(embed, ...kinds) {
      script = { embed, kinds };
    },
    work() {
      script = undefined;
    },
    async embed(texts, request) {
      asked[request.kind] += texts.length;
      sawBlank ||= texts.some((text) => text.trim() === "");
      if (script?.kinds.includes(request.kind) === true) return script.embed(texts, request);
      return honest.embed(texts, request);
    },
  };
}

/** An embedder whose model and dimensions differ from the default ones. */
export function createOtherEmbedder(): ScriptedEmbedder {
  return createScriptedEmbedder({ dimensions: 32, model: "other" });
}

/** Behaves like a service that is down. */
export const down: Embed = async () => {
  throw new MemoryError("MEM_EMBEDDING", "the embedding service answered with status 503");
};

/** Behaves like a service that never answers, with a client that never gives up. */
export const hanging: Embed = () => new Promise(() => {});

/** Answers with one vector of this length for each text, filled with `fill`. */
export function vectorsOf(length: number, fill: number): Embed {
  return async (texts) => texts.map(() => new Float32Array(length).fill(fill));
}

/** Behaves like a service that rejects every request with this text in it, by an error that names no text. */
export function refusing(poison: string): Embed {
  const honest = createHashingEmbedder({ dimensions: 64 });
  return async (texts, request) => {
    if (!texts.includes(poison)) return honest.embed(texts, request);
    throw new MemoryError("MEM_EMBEDDING", "the embedding service answered with status 400", {
      retryable: false,
    });
  };
}
