/** Every code of a `MemoryError`; `docs/errors.md` has a heading for each, with the remedy. */
export type MemoryErrorCode =
  | "MEM_INVALID_ARGUMENT"
  | "MEM_NOT_JSON"
  | "MEM_TOO_LARGE"
  | "MEM_SCHEMA"
  | "MEM_NOT_FOUND"
  | "MEM_CONFLICT"
  | "MEM_PARTIAL"
  | "MEM_READ_ONLY"
  | "MEM_UNSUPPORTED"
  | "MEM_UNAVAILABLE"
  | "MEM_TIMEOUT"
  | "MEM_ABORTED"
  | "MEM_CAPACITY"
  | "MEM_CORRUPT"
  | "MEM_FORMAT"
  | "MEM_LOCKED"
  | "MEM_EMBEDDING"
  | "MEM_DIMENSION"
  | "MEM_SESSION_EXISTS"
  | "MEM_SESSION_ENDED"
  | "MEM_NOT_CONFIGURED"
  | "MEM_CLOSED";

/**
 * Whether the call took effect. `"unknown"` if it was in flight when the answer was lost, or if only a part of it
 * happened.
 */
export type Outcome = "not-applied" | "applied" | "unknown";

/** The result of one item of a call that failed partway (`MEM_PARTIAL`), in the order of the items. */
export type ItemResult =
  | { readonly status: "stored"; readonly version: string }
  | { readonly status: "condition-not-met" }
  | { readonly status: "failed"; readonly error: MemoryError };

export interface MemoryErrorOptions {
  /** The original error, as it was thrown. */
  readonly cause?: unknown;
  /** Default `"not-applied"`. */
  readonly outcome?: Outcome;
  /** Whether the same call may succeed later. The default follows from the code. */
  readonly retryable?: boolean;
  /** Where the bad input is, e.g. `value.items[3].price` or `options.ttl`. */
  readonly path?: string;
  /** With `MEM_PARTIAL`: a result for each item. */
  readonly results?: readonly ItemResult[];
}

const RETRYABLE: ReadonlySet<MemoryErrorCode> = new Set([
  "MEM_CONFLICT",
  "MEM_PARTIAL",
  "MEM_UNAVAILABLE",
  "MEM_TIMEOUT",
  "MEM_CAPACITY",
  "MEM_LOCKED",
  "MEM_EMBEDDING",
]);

// A symbol in the global registry: an error is recognised even if two copies of this package are loaded.
const BRAND = Symbol.for("@mem/core.MemoryError");

/**
 * The only error this library rejects with. Tell errors apart by `code`, which is stable; messages may improve. It
 * never contains a secret or the text of a memory.
 */
export class MemoryError extends Error {
  readonly code: MemoryErrorCode;
  readonly outcome: Outcome;
  readonly retryable: boolean;
  readonly path?: string;
  readonly results?: readonly ItemResult[];

  constructor(code: MemoryErrorCode, message: string, options: MemoryErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "MemoryError";
    this.code = code;
    this.outcome = options.outcome ?? "not-applied";
    this.retryable = options.retryable ?? RETRYABLE.has(code);
    if (options.path !== undefined) this.path = options.path;
    if (options.results !== undefined) this.results = options.results;
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** Whether `error` is a `MemoryError`, with this code if one is given. */
export function isMemoryError(error: unknown, code?: MemoryErrorCode): error is MemoryError {
  if (typeof error !== "object" || error === null || !(BRAND in error)) return false;
  return code === undefined || (error as unknown as MemoryError).code === code;
}

/** An error for input that a caller can correct, named by its path. */
export function invalid(path: string, problem: string): MemoryError {
  return new MemoryError("MEM_INVALID_ARGUMENT", `${path} ${problem}`, { path });
}

/** Throws `MEM_ABORTED` if the signal has fired already, so that nothing is begun. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new MemoryError("MEM_ABORTED", "the call was aborted before it began", {
    cause: signal.reason,
  });
}

/** Runs the later step of a call whose first step has happened: its failure can't say that nothing was applied. */
export async function halfDone<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    if (!isMemoryError(cause) || cause.outcome !== "not-applied") throw cause;
    const { code, message, retryable, path } = cause;
    throw new MemoryError(code, `${message}; part of the call had happened before`, {
      cause,
      outcome: "unknown",
      retryable,
      ...(path !== undefined && { path }),
    });
  }
}
