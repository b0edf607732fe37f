import type { EmbeddingFailure } from "@mem/core";

/** Errors of the AI SDK that asking again does not mend. */
const FINAL = new Set([
  "AI_InvalidArgumentError",
  "AI_LoadAPIKeyError",
  "AI_LoadSettingError",
  "AI_NoSuchModelError",
  "AI_NoSuchProviderError",
  "AI_TooManyEmbeddingValuesForCallError",
  "AI_UnsupportedFunctionalityError",
]);

/** What an error of the AI SDK (an `APICallError`, mostly) says of the service. */
export function readFailure(error: unknown): EmbeddingFailure {
  const { name, statusCode, responseHeaders } = (error ?? {}) as {
    readonly name?: unknown;
    readonly statusCode?: unknown;
    readonly responseHeaders?: Readonly<Record<string, string>>;
  };
  if (typeof name === "string" && FINAL.has(name)) return { isFinal: true };
  // An answer of 200 that can't be read is none.
  if (typeof statusCode !== "number" || statusCode < 300) return {};
  return {
    status: statusCode,
    headers: { get: (header) => responseHeaders?.[header] ?? null },
  };
}
