import type { EmbeddingFailure } from "@mem/core";

/** What the client's error says about the service; checked by structure, as the caller's client may be another copy. */
export function readFailure(error: unknown): EmbeddingFailure {
  const { status, code, headers } = (error ?? {}) as {
    readonly status?: unknown;
    readonly code?: unknown;
    readonly headers?: Headers | null;
  };
  if (typeof status !== "number") return {};
  const readable = typeof headers?.get === "function" ? headers : undefined;
  // OpenAI itself says so, or the account is out of quota, which nobody raises within a minute.
  const isFinal = readable?.get("x-should-retry") === "false" || code === "insufficient_quota";
  return { status, headers: readable, isFinal };
}
