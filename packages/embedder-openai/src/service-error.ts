import { isMemoryError, MemoryError } from "@mem/core";
import { APIError } from "openai";

/** Whether the service is up and does not want what it was given: bad input, or too much of it. */
export function isRefusal(error: unknown): boolean {
  return error instanceof APIError && [400, 413, 422].includes(error.status as number);
}

/** What a failed request is to a caller: our own error, which holds neither a key nor a text. */
export function embeddingError(error: unknown, signal: AbortSignal, path?: string): MemoryError {
  if (isMemoryError(error)) return error;
  if (signal.aborted) {
    return new MemoryError("MEM_ABORTED", "the embedding was aborted", { cause: signal.reason });
  }
  const status = error instanceof APIError ? (error.status as number | undefined) : undefined;
  const answered = path === undefined ? `answered ${status}` : `answered ${status} for ${path}`;
  const what = status === undefined ? "could not be reached" : answered;
  return new MemoryError("MEM_EMBEDDING", `the embedding service ${what}${remedy(status)}`, {
    retryable: status === undefined || status === 408 || status === 429 || status >= 500,
    cause: safeCause(error),
    ...(path !== undefined && { path }),
  });
}

function remedy(status: number | undefined): string {
  if (status === 401 || status === 403) return "; check the API key and what it may do";
  if (status === 404) return "; check the base URL and the model's name";
  if (status === 429) return "; it is asked too much, or the account is out of quota";
  return "";
}

/** Services echo what they were sent, keys and texts, in their messages: only names and codes are kept. */
function safeCause(error: unknown): Error {
  const { name, code, cause } = (error ?? {}) as {
    name?: unknown;
    code?: unknown;
    cause?: unknown;
  };
  const nested = (cause as { code?: unknown; cause?: { code?: unknown } } | undefined) ?? {};
  const words = [name, code, nested.code, nested.cause?.code].filter(
    (word): word is string => typeof word === "string" && /^[\w.-]{1,60}$/.test(word),
  );
  return new Error(words.join(" "));
}
