import { createHashingEmbedder, MemoryError, type Embedder, type EmbedOptions } from "@mem/core";

type Embed = Embedder["embed"];

/** An embedder that works until it is told otherwise, and remembers what it was asked. */
export interface ScriptedEmbedder extends Embedder {
  /** How many texts of each kind it has been given. */
  readonly asked: { document: number; query: number };
  /** Whether it has ever been given a text without a word in it, which services refuse. */
  readonly sawBlank: boolean;
  /** Takes over for the kinds named, until `work` is called. */
  misbehave(embed: Embed, ...kinds: readonly EmbedOptions["kind"][]): void;
  work(): void;
}

/** Its vectors are those of the hashing embedder; another `model` or length is another vector space. */
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

/** Of another model and another length than the one that comes by default. */
export function createOtherEmbedder(): ScriptedEmbedder {
  return createScriptedEmbedder({ dimensions: 32, model: "other" });
}

/** As a service that is down. */
export const down: Embed = async () => {
  throw new MemoryError("MEM_EMBEDDING", "the embedding service answered with status 503");
};

/** As a service that takes the request and never answers, and a client that never gives up. */
export const hanging: Embed = () => new Promise(() => {});

/** One vector for each text, `fill`ed, of a length of its own. */
export function vectorsOf(length: number, fill: number): Embed {
  return async (texts) => texts.map(() => new Float32Array(length).fill(fill));
}

/** As a service that answers a request with an error that names no text, whenever this one is among them. */
export function refusing(poison: string): Embed {
  const honest = createHashingEmbedder({ dimensions: 64 });
  return async (texts, request) => {
    if (!texts.includes(poison)) return honest.embed(texts, request);
    throw new MemoryError("MEM_EMBEDDING", "the embedding service answered with status 400", {
      retryable: false,
    });
  };
}
