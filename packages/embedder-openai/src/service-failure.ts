import type { EmbeddingFailure } from "@mem/core";

/** What the client's error says of the service; by structure, since the caller's client may be of another copy. */
export function readFailure(error: unknown): EmbeddingFailure {
  const { status, code, headers } = (error ?? {}) as {
    readonly status?: unknown;
    readonly code?: unknown;
    readonly headers?: Headers | null;
  };
  if (typeof status !== "number") return {};
  const readable = typeof headers?.get === "function" ? headers : undefined;
  // OpenAI's own word on it, and an account that nobody fills up in a minute.
  const isFinal = readable?.get("x-should-retry") === "false" || code === "insufficient_quota";
  return { status, headers: readable, isFinal };
}
