import { MemoryError } from "@mem/core";

/** An error for input that the caller can correct. `place` is the input's place in the source. */
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

/** A path with its place in the source: `documents[3].id (docs.jsonl:4)`. */
export function located(path: string, place: string | undefined): string {
  return place === undefined ? path : `${path} (${place})`;
}
