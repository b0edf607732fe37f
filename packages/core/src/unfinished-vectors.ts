import { isMemoryError, MemoryError } from "./errors.ts";

type Vectors = readonly (Float32Array | undefined)[];

// Beside the errors, not in them, so that printing an error prints no vectors.
const MADE = new WeakMap<MemoryError, Vectors>();
const REFUSED_TEXT = /^texts\[(\d+)\]$/;

/** Attaches to an embedder's error the vectors that were made nevertheless, by the index of their texts. */
export function withVectors(error: MemoryError, vectors: Vectors): MemoryError {
  MADE.set(error, vectors);
  return error;
}

/**
 * The vectors that an embedder made although its call failed, by the index of their texts, so that a cache or store
 * need not pay for them again. Empty if the embedder provides none.
 */
export function vectorsBefore(error: unknown): Vectors {
  return (isMemoryError(error) ? MADE.get(error) : undefined) ?? [];
}

/** The index of the text that an embedder refused; `undefined` if the error is not about one text. */
export function refusedPlace({ path = "" }: MemoryError): number | undefined {
  const digits = REFUSED_TEXT.exec(path)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * Translates an embedder's failure for a caller whose list has each text elsewhere: `places[i]` is the caller's index
 * of text `i` of the failed call, or -1 if it has none. For embedders that wrap others.
 */
export function relocateFailure(error: unknown, places: readonly number[]): unknown {
  if (!isMemoryError(error)) return error;
  const vectors: (Float32Array | undefined)[] = [];
  for (const [i, vector] of vectorsBefore(error).entries()) {
    const place = places[i] ?? -1;
    if (place >= 0) vectors[place] = vector;
  }
  const { code, message, retryable, outcome, path = "", cause } = error;
  const refused = places[refusedPlace(error) ?? -1] ?? -1;
  if (refused < 0) return withVectors(error, vectors);
  const there = `texts[${refused}]`;
  const told = message.replace(path, there);
  const options = { cause, retryable, outcome, path: there };
  return withVectors(new MemoryError(code, told, options), vectors);
}
