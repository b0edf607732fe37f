import { createHash } from "node:crypto";
import { checkCount, checkOptions, type NamesOf } from "./checks.ts";
import { checkEmbedder, type Embedder, type EmbedOptions } from "./embedder.ts";
import { isMemoryError, MemoryError, throwIfAborted } from "./errors.ts";
import { refusedPlace, relocateFailure } from "./unfinished-vectors.ts";
import { VectorFlight, type KeyedTexts, type KeyedVectors } from "./vector-flight.ts";

export interface CachedEmbedderOptions {
  /** How many vectors to keep, the most recently used ones. Default 1,000. */
  readonly maxEntries?: number;
}

const CACHED_EMBEDDER_OPTIONS: NamesOf<CachedEmbedderOptions> = { maxEntries: true };

/**
 * Wraps an embedder so that it is not asked again for a text whose vector is cached, or is being made for another call.
 * The cache is in this process, by the hash of the text; `@mem/embedder-cache` keeps vectors on disk.
 */
export function createCachedEmbedder(
  embedder: Embedder,
  options: CachedEmbedderOptions = {},
): Embedder {
  checkEmbedder(embedder, "embedder");
  checkOptions(options, CACHED_EMBEDDER_OPTIONS);
  const maxEntries = checkCount(options.maxEntries ?? 1000, "options.maxEntries", 1, 2 ** 24);
  const { model, dimensions, weight } = embedder;
  const cache = new VectorCache(embedder, maxEntries);
  return {
    model,
    dimensions,
    weight,
    async embed(texts, { kind, signal }) {
      throwIfAborted(signal);
      const keys = texts.map((text) => hashKey(kind, text));
      const wanted = new Map(keys.map((key, i) => [key, texts[i] as string]));
      const gone = new AbortController();
      const giveUp = (): void => gone.abort(aborted(signal));
      signal?.addEventListener("abort", giveUp, { once: true });
      try {
        const vectors = await cache.vectorsOf(wanted, kind, gone.signal);
        return keys.map((key) => (vectors.get(key) as Float32Array).slice());
      } catch (error) {
        if (!(error instanceof FailedFlight)) throw error;
        // The embedder's error refers to its own list of texts, not to the caller's.
        const places = new Map(keys.map((key, i) => [key, i]));
        throw relocateFailure(
          error.cause,
          error.keys.map((key) => places.get(key) ?? -1),
        );
      } finally {
        signal?.removeEventListener("abort", giveUp);
        // After one part has failed, nobody waits for the others.
        gone.abort();
      }
    },
  };
}

class VectorCache {
  readonly #embedder: Embedder;
  readonly #maxEntries: number;
  /** Least recently used first. */
  readonly #kept = new Map<string, Float32Array>();
  readonly #flights = new Map<string, VectorFlight>();

  constructor(embedder: Embedder, maxEntries: number) {
    this.#embedder = embedder;
    this.#maxEntries = maxEntries;
  }

  async vectorsOf(
    wanted: KeyedTexts,
    kind: EmbedOptions["kind"],
    signal: AbortSignal,
  ): Promise<KeyedVectors> {
    const found = new Map<string, Float32Array>();
    const missing = new Map<string, string>();
    const joined = new Map<VectorFlight, Map<string, string>>();
    for (const [key, text] of wanted) {
      const kept = this.#kept.get(key);
      const flight = this.#flights.get(key);
      if (kept !== undefined) found.set(key, kept);
      else if (flight === undefined) missing.set(key, text);
      else joined.set(flight, (joined.get(flight) ?? new Map<string, string>()).set(key, text));
    }
    const parts: Promise<KeyedVectors>[] = [];
    if (missing.size > 0) parts.push(this.#start(missing, kind, signal));
    for (const [flight, texts] of joined) parts.push(this.#join(flight, texts, kind, signal));
    for (const part of await Promise.all(parts)) {
      for (const [key, vector] of part) if (wanted.has(key)) found.set(key, vector);
    }
    this.#keep(found);
    return found;
  }

  async #join(
    flight: VectorFlight,
    texts: KeyedTexts,
    kind: EmbedOptions["kind"],
    signal: AbortSignal,
  ): Promise<KeyedVectors> {
    try {
      return await flight.wait(signal);
    } catch (error) {
      const place = isMemoryError(error) ? refusedPlace(error) : undefined;
      const refused = place === undefined ? undefined : flight.keys[place];
      if (refused === undefined || texts.has(refused)) throw new FailedFlight(flight.keys, error);
    }
    // It failed because of another caller's text.
    return await this.vectorsOf(texts, kind, signal);
  }

  async #start(
    texts: KeyedTexts,
    kind: EmbedOptions["kind"],
    signal: AbortSignal,
  ): Promise<KeyedVectors> {
    const flight = new VectorFlight(this.#embedder, kind, texts, (made) => {
      if (made !== undefined) this.#keep(made);
      for (const key of texts.keys()) {
        if (this.#flights.get(key) === flight) this.#flights.delete(key);
      }
    });
    for (const key of texts.keys()) this.#flights.set(key, flight);
    try {
      return await flight.wait(signal);
    } catch (error) {
      throw new FailedFlight(flight.keys, error);
    }
  }

  #keep(vectors: KeyedVectors): void {
    for (const [key, vector] of vectors) {
      this.#kept.delete(key);
      this.#kept.set(key, vector);
      if (this.#kept.size > this.#maxEntries) {
        this.#kept.delete(this.#kept.keys().next().value as string);
      }
    }
  }
}

/** A failure of the embedder, with the keys of the texts that it was asked for. */
class FailedFlight extends Error {
  readonly keys: readonly string[];

  constructor(keys: readonly string[], cause: unknown) {
    super("the embedder failed", { cause });
    this.keys = keys;
  }
}

function hashKey(kind: string, text: string): string {
  // JSON escapes lone surrogates, so that texts that are not well-formed stay distinct.
  return createHash("sha256")
    .update(JSON.stringify([kind, text]))
    .digest("base64");
}

function aborted(signal: AbortSignal | undefined): MemoryError {
  return new MemoryError("MEM_ABORTED", "the embedding was aborted", { cause: signal?.reason });
}
