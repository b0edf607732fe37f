import { MemoryError } from "@mem/core";

/** An error for input that the caller can correct. `place` says where the source has it. */
export function invalidArgument(
  path: string,
  problem: string,
  { place, cause }: { readonly place?: string | undefined; readonly cause?: unknown } = {},
): MemoryError {
  return new MemoryError("MEM_INVALID_ARGUMENT", `${located(path, place)} ${problem}`, {
    path,
    cause,
  });
}

/** A path, and where the source has what it names: `documents[3].id (docs.jsonl:4)`. */
export function located(path: string, place: string | undefined): string {
  return place === undefined ? path : `${path} (${place})`;
}
