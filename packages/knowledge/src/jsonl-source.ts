import { open, type FileHandle } from "node:fs/promises";
import { MemoryError, type JsonObject } from "@mem/core";
import type { SourceDocument } from "./source-document.ts";
import { unreadable, withoutByteOrderMark } from "./source-path.ts";

/**
 * Reads documents from a file of one JSON object a line: `{ id, text, title?, meta? }`. Blank lines are passed over.
 *
 * Rejects with `MEM_INVALID_ARGUMENT` at the first line that is not such an object, naming file and line, and with
 * `MEM_NOT_FOUND` where there is no such file.
 */
export async function* readJsonl(path: string): AsyncGenerator<SourceDocument> {
  let number = 0;
  for await (const read of readLines(path)) {
    number++;
    const line = number === 1 ? withoutByteOrderMark(read) : read;
    if (line.trim() !== "") yield parseLine(line, `${path}:${number}`);
  }
}

async function* readLines(path: string): AsyncGenerator<string> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    yield* file.readLines();
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    await file?.close();
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
