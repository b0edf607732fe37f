import { isMemoryError, MemoryError } from "./errors.ts";

/** What can be told of a failed request to a service that embeds. */
export interface EmbeddingFailure {
  /** The HTTP status of the answer; absent where there was none, or one that can't be read. */
  readonly status?: number | undefined;
  /** The answer's headers: when to come again. */
  readonly headers?: Pick<Headers, "get"> | undefined;
  /** Whether trying again soon is no use, whatever the status. */
  readonly isFinal?: boolean | undefined;
}

/** A failure that one of the texts may be to blame for: surely, where the service refuses what it was given. */
export interface TextFailure {
  readonly error: unknown;
  readonly failure: EmbeddingFailure;
  readonly isCertain: boolean;
}

/** Whether the service is up and does not want what it was given: bad input, or too much of it. */
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
 * How many milliseconds the service asks to be left alone: `Retry-After`, in seconds or as a date. `undefined`: it names
 * no time to come; none at all, or one that is over by the clock here.
 */
export function retryAfterMs({ headers }: EmbeddingFailure): number | undefined {
  const exact = headers?.get("retry-after-ms")?.trim() ?? "";
  const value = headers?.get("retry-after")?.trim() ?? "";
  let ms = 0;
  if (isNumber(exact)) ms = Number(exact);
  else if (isNumber(value)) ms = Number(value) * 1000;
  // `Date.parse` takes nearly anything for a date, "-5" among them.
  else if (value.endsWith("GMT")) ms = Date.parse(value) - Date.now();
  return ms > 0 ? ms : undefined;
}

function isNumber(text: string): boolean {
  return /^\d{1,12}(\.\d{1,9})?$/.test(text);
}

/**
 * What a failed request is to a caller: our own error, which holds neither a key nor a text. With a `path` it is about
 * that text, and trying again is no use.
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
 * Services echo what they were sent, keys and texts, in their messages and codes: nothing of an error is kept but its
 * name, and the operating system's codes (`ECONNREFUSED`) of what caused it.
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

/** A reply that can't be used may be better the next time; one of another length never is. */
export function readOwnFailure({ retryable }: MemoryError): EmbeddingFailure {
  return { isFinal: !retryable };
}

/** That it is given less the next time may help. */
export function tooSlow(ms: number): MemoryError {
  return new MemoryError(
    "MEM_EMBEDDING",
    `the embedding service did not answer within ${ms} ms; see \`timeoutMs\``,
  );
}
