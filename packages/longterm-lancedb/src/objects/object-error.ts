import { isMemoryError, MemoryError, type Outcome } from "@mem/core";

/** Whether a commit surely had no effect because others were faster: with rows, or with another layout of the table. */
export function isConflict(error: unknown): boolean {
  return /commit conflict|different schema|incompatible transaction|preempted|contention|concurrent writers/i.test(
    String(error),
  );
}

/** Whether the table to be made is there already, or was made at the same time. */
export function isAlreadyMade(error: unknown): boolean {
  return /already exists/i.test(String(error)) || isConflict(error);
}

/** Whether a table is not there. */
export function isNoTable(error: unknown): boolean {
  return /table .*(?:was )?not found/is.test(String(error));
}

/** What a failure of an object store means. What can't be decoded there is as likely to be half an answer as damage. */
export function objectError(error: unknown, name: string, outcome: Outcome): unknown {
  if (isMemoryError(error)) return error;
  // A mistake in this package is not the store's fault.
  if ((error as NodeJS.ErrnoException | undefined)?.code !== "GenericFailure") return error;
  return new MemoryError("MEM_UNAVAILABLE", `the store in ${name} can't be reached or read`, {
    cause: error,
    outcome,
  });
}

/** What it means that a commit was overtaken until time was up. */
export function contended(cause: unknown, name: string): MemoryError {
  return new MemoryError(
    "MEM_UNAVAILABLE",
    `others commit to the store in ${name} faster than this change could; nothing of it was stored`,
    { cause },
  );
}
