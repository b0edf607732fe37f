import { isMemoryError, MemoryError } from "./errors.ts";

/** What is known of a failed request to an embedding service. */
export interface EmbeddingFailure {
  /** The HTTP status of the answer; absent if there was no answer, or an unreadable one. */
  readonly status?: number | undefined;
  /** The answer's headers, for `Retry-After`. */
  readonly headers?: Pick<Headers, "get"> | undefined;
  /** Whether retrying soon is useless, whatever the status. */
  readonly isFinal?: boolean | undefined;
}

/** A failure that one of the texts may have caused; `isCertain` if the service refuses its input. */
export interface TextFailure {
  readonly error: unknown;
  readonly failure: EmbeddingFailure;
  readonly isCertain: boolean;
}

/** Whether the service is up and refuses its input: it is bad, or too large. */
export function isRefusal({ status }: EmbeddingFailure): boolean {
  return status === 400 || status === 413 || status === 422;
}

/** Whether the same request may succeed a little later. */
export function isPassing({ status, isFinal }: EmbeddingFailure): boolean {
  return isFinal !== true && isTransient(status);
}

function isTransient(status: number | undefined): boolean {
  return status === undefined || [408, 409, 425, 429].includes(status) || status >= 500;
}

/**
 * How many milliseconds the service asks callers to wait: `Retry-After`, in seconds or as a date. `undefined` if it
 * names no time, or one that is already past by the local clock.
 */
export function retryAfterMs({ headers }: EmbeddingFailure): number | undefined {
  const exact = headers?.get("retry-after-ms")?.trim() ?? "";
  const value = headers?.get("retry-after")?.trim() ?? "";
  let ms = 0;
  if (isNumber(exact)) ms = Number(exact);
  else if (isNumber(value)) ms = Number(value) * 1000;
  // `Date.parse` accepts nearly anything as a date, even "-5".
  else if (value.endsWith("GMT")) ms = Date.parse(value) - Date.now();
  return ms > 0 ? ms : undefined;
}

function isNumber(text: string): boolean {
  return /^\d{1,12}(\.\d{1,9})?$/.test(text);
}

/**
 * The error that a caller gets for a failed request: it contains neither a key nor a text. With a `path`, it is about
 * that text, and retrying is useless.
 */
export function embeddingError(
  error: unknown,
  failure: EmbeddingFailure,
  { path, why = "" }: { readonly path?: string | undefined; readonly why?: string } = {},
): MemoryError {
  const at = path === undefined ? "" : ` for ${path}`;
  const about = path === undefined ? {} : { path, retryable: false };
  if (isMemoryError(error)) {
    if (path === undefined) return error;
    return new MemoryError(error.code, `${error.message}${at}`, { cause: error.cause, ...about });
  }
  const { status } = failure;
  const words = wordsOf(error);
  const answer =
    status === undefined
      ? `gave no answer that can be read${words === "" ? "" : ` (${words})`}`
      : `answered ${status}`;
  const message = `the embedding service ${answer}${at}${why || remedy(status)}`;
  const retryable = isTransient(status);
  return new MemoryError("MEM_EMBEDDING", message, {
    retryable,
    cause: new Error(words),
    ...about,
  });
}

function remedy(status: number | undefined): string {
  if (status === 401 || status === 403) return "; check the API key and what it may do";
  if (status === 404) return "; check the base URL and the model's name";
  if (status === 429) return "; it is asked too much, or the account is out of quota";
  return "";
}

/**
 * Services echo what they were sent, keys and texts, in their messages and codes, so only the names of errors are kept,
 * and the operating system's codes (`ECONNREFUSED`) of their causes.
 */
function wordsOf(error: unknown): string {
  const words: string[] = [];
  let each = error;
  for (let depth = 0; depth < 4 && each instanceof Error; depth++) {
    const { name, cause } = each;
    if (/^\w{1,40}$/.test(name) && name !== "Error") words.push(name);
    each = cause;
    const code: unknown = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (typeof code === "string" && /^(E[A-Z]{2,20}|(UND_)?ERR_[A-Z_]{2,40})$/.test(code)) {
      words.push(code);
    }
  }
  return [...new Set(words)].join(", ");
}

/** An unusable reply may be better the next time; one with vectors of another length never is. */
export function readOwnFailure({ retryable }: MemoryError): EmbeddingFailure {
  return { isFinal: !retryable };
}

/** The error for a timeout; sending fewer texts may help. */
export function tooSlow(ms: number): MemoryError {
  return new MemoryError(
    "MEM_EMBEDDING",
    `the embedding service did not answer within ${ms} ms; see \`timeoutMs\``,
  );
}
