import { isMemoryError, MemoryError } from "./errors.ts";

type Vectors = readonly (Float32Array | undefined)[];

// Beside the errors and not in them, since whoever prints an error wants no vectors.
const MADE = new WeakMap<MemoryError, Vectors>();
const REFUSED_TEXT = /^texts\[(\d+)\]$/;

/** Has an embedder's failure bring along the vectors that were made all the same, by the places of the texts. */
export function withVectors(error: MemoryError, vectors: Vectors): MemoryError {
  MADE.set(error, vectors);
  return error;
}

/**
 * The vectors that an embedder made although its call failed, by the places of the texts: so that a cache or a store
 * need not pay for them again. Empty where the embedder brings none.
 */
export function vectorsBefore(error: unknown): Vectors {
  return (isMemoryError(error) ? MADE.get(error) : undefined) ?? [];
}

/** The place of the text that an embedder refused; `undefined`: it is not about one text. */
export function refusedPlace({ path = "" }: MemoryError): number | undefined {
  const digits = REFUSED_TEXT.exec(path)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * The same failure of an embedder for a caller in whose list each text stands elsewhere: `places[i]` is where text `i`
 * of the failed call stands, -1: nowhere. For embedders that wrap others.
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
