import { checkOneOf } from "./checks.ts";
import { MemoryError } from "./errors.ts";

/** `"shared"` is the knowledge: agents can read and search it, never write to it. */
export type MemoryType = "short_term" | "long_term" | "shared";

export type WritableType = Exclude<MemoryType, "shared">;

const TYPES: readonly MemoryType[] = ["short_term", "long_term", "shared"];

export function memoryType(type: MemoryType | undefined, otherwise: MemoryType): MemoryType {
  return type === undefined ? otherwise : checkOneOf(type, "options.memoryType", TYPES);
}

/** Refuses `"shared"` for writes: the types rule it out, and plain JavaScript must not get around that. */
export function writableType(type: MemoryType | undefined): WritableType {
  const checked = memoryType(type, "short_term");
  if (checked === "shared") {
    throw new MemoryError(
      "MEM_READ_ONLY",
      "shared knowledge can't be changed by agents; its operator ingests it with @mem/knowledge",
    );
  }
  return checked;
}
