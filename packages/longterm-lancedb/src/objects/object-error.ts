import { isMemoryError, MemoryError, type Outcome } from "@mem/core";

/**
 * Whether a commit certainly had no effect because others were faster: with rows, or with other columns of the table.
 */
export function isConflict(error: unknown): boolean {
  return /commit conflict|different schema|incompatible transaction|preempted|contention|concurrent writers/i.test(
    String(error),
  );
}

/** Whether the table to be created exists already, or was created at the same time. */
export function isAlreadyMade(error: unknown): boolean {
  return /already exists/i.test(String(error)) || isConflict(error);
}

/** Whether a table does not exist. */
export function isNoTable(error: unknown): boolean {
  return /table .*(?:was )?not found/is.test(String(error));
}

/** Translates a failure of an object store. Data that can't be decoded is as likely half a response as damage. */
export function objectError(error: unknown, name: string, outcome: Outcome): unknown {
  if (isMemoryError(error)) return error;
  // A mistake in this package is not the store's fault.
  if ((error as NodeJS.ErrnoException | undefined)?.code !== "GenericFailure") return error;
  return new MemoryError("MEM_UNAVAILABLE", `the store in ${name} can't be reached or read`, {
    cause: error,
    outcome,
  });
}

/** The error if a commit was overtaken until its time was up. */
export function contended(cause: unknown, name: string): MemoryError {
  return new MemoryError(
    "MEM_UNAVAILABLE",
    `others commit to the store in ${name} faster than this change could; nothing of it was stored`,
    { cause },
  );
}
