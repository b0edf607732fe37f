import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { MemoryError, type JsonObject } from "@mem/core";
import type { SourceDocument } from "./source-document.ts";

/**
 * Reads documents from a file of one JSON object a line: `{ id, text, title?, meta? }`. Blank lines are passed over.
 *
 * Rejects with `MEM_INVALID_ARGUMENT` at the first line that is not such an object, naming file and line.
 */
export async function* readJsonl(path: string): AsyncGenerator<SourceDocument> {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity });
  let number = 0;
  for await (const line of lines) {
    number++;
    if (line.trim() !== "") yield parseLine(line, `${path}:${number}`);
  }
}

function parseLine(line: string, place: string): SourceDocument {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch (cause) {
    throw invalid(place, "is not JSON", cause);
  }
  const { id, text, title, meta } = (parsed ?? {}) as Record<string, unknown>;
  if (typeof id !== "string" || typeof text !== "string") {
    throw invalid(place, "has to be an object with `id` and `text`, both strings");
  }
  return {
    id,
    text,
    ...(typeof title === "string" && { title }),
    ...(typeof meta === "object" && meta !== null && { metadata: meta as JsonObject }),
  };
}

function invalid(place: string, problem: string, cause?: unknown): MemoryError {
  return new MemoryError("MEM_INVALID_ARGUMENT", `${place} ${problem}`, { path: place, cause });
}
