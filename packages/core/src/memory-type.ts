import type { MemoryType, WritableOptions } from "./agent-memory.ts";
import { checkOneOf } from "./checks.ts";
import { MemoryError } from "./errors.ts";

export type WritableType = NonNullable<WritableOptions["memoryType"]>;

const TYPES: readonly MemoryType[] = ["short_term", "long_term", "shared"];

export function memoryType(type: MemoryType | undefined, otherwise: MemoryType): MemoryType {
  return type === undefined ? otherwise : checkOneOf(type, "options.memoryType", TYPES);
}

/** Refuses `"shared"`: by types it can't be named where something is written, at run time it must not be either. */
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
