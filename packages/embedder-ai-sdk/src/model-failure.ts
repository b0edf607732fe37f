import type { EmbeddingFailure } from "@mem/core";

/** Errors of the AI SDK that a retry does not fix. */
const FINAL = new Set([
  "AI_InvalidArgumentError",
  "AI_LoadAPIKeyError",
  "AI_LoadSettingError",
  "AI_NoSuchModelError",
  "AI_NoSuchProviderError",
  "AI_TooManyEmbeddingValuesForCallError",
  "AI_UnsupportedFunctionalityError",
]);

/** What an error of the AI SDK (mostly an `APICallError`) says about the service. */
export function readFailure(error: unknown): EmbeddingFailure {
  const { name, statusCode, responseHeaders } = (error ?? {}) as {
    readonly name?: unknown;
    readonly statusCode?: unknown;
    readonly responseHeaders?: Readonly<Record<string, string>>;
  };
  if (typeof name === "string" && FINAL.has(name)) return { isFinal: true };
  // An unreadable answer with status 200 counts as no answer.
  if (typeof statusCode !== "number" || statusCode < 300) return {};
  return {
    status: statusCode,
    headers: { get: (header) => responseHeaders?.[header] ?? null },
  };
}
