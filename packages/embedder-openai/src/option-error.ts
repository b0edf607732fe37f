import { MemoryError } from "@mem/core";

export function invalid(option: string, problem: string): MemoryError {
  const path = `options.${option}`;
  return new MemoryError("MEM_INVALID_ARGUMENT", `${path} ${problem}`, { path });
}
