import type { EmbeddingFailure } from "@mem/core";
import { APIError } from "openai";

/** What the client's error says of the service. */
export function readFailure(error: unknown): EmbeddingFailure {
  if (!(error instanceof APIError)) return {};
  const { status, code } = error;
  const headers = error.headers as Headers | undefined;
  // OpenAI's own word on it, and an account that nobody fills up in a minute.
  const isFinal = headers?.get("x-should-retry") === "false" || code === "insufficient_quota";
  return { status: status as number | undefined, headers, isFinal };
}
