import { open, type FileHandle } from "node:fs/promises";
import { basename } from "node:path";
import { parseJson, type JsonObject } from "@mem/core";
import { invalidArgument } from "../invalid-argument.ts";
import type { SourceDocument } from "./source-document.ts";
import { unreadable, withoutByteOrderMark } from "./source-file.ts";

/**
 * Reads documents from a file with one JSON object per line: `{ id, text, title?, metadata? }`; `meta` is another name
 * for `metadata`. Blank lines are skipped. A document's `path` is the file's name.
 *
 * Rejects with `MEM_INVALID_ARGUMENT` at the first line that is not such an object, naming file and line, and with
 * `MEM_NOT_FOUND` if the file does not exist.
 */
export async function* readJsonl(path: string): AsyncGenerator<SourceDocument> {
  let number = 0;
  for await (const read of readLines(path)) {
    number++;
    const line = number === 1 ? withoutByteOrderMark(read) : read;
    if (line.trim() === "") continue;
    const place = `${path}:${number}`;
    yield { ...parseLine(line, place), path: basename(path), place };
  }
}

/** Not by `node:readline`: it ends a line at U+2028 and U+2029, too, which JSON has within its strings. */
async function* readLines(path: string): AsyncGenerator<string> {
  let file: FileHandle | undefined;
  try {
    file = await open(path);
    const chunks: AsyncIterable<string> = file.createReadStream({ encoding: "utf8" });
    let begun = "";
    for await (const chunk of chunks) {
      begun += chunk;
      if (!chunk.includes("\n")) continue;
      const lines = begun.split("\n");
      begun = lines.pop() ?? "";
      yield* lines;
    }
    yield begun;
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    await file?.close();
  }
}

function parseLine(line: string, place: string): SourceDocument {
  const parsed = parse(line, place);
  if (!isObject(parsed)) throw invalidArgument(place, "has to be an object");
  const { id, text, title, meta, metadata = meta } = parsed;
  for (const [name, value] of Object.entries({ id, text, title: title ?? "" })) {
    if (typeof value !== "string") throw invalidArgument(place, `has no string as \`${name}\``);
  }
  if (metadata !== undefined && metadata !== null && !isObject(metadata)) {
    throw invalidArgument(place, "has no object as `metadata`");
  }
  return {
    id: id as string,
    text: text as string,
    ...(typeof title === "string" && { title }),
    ...(isObject(metadata) && { metadata: metadata as JsonObject }),
  };
}

function parse(line: string, place: string): unknown {
  try {
    return parseJson(line);
  } catch (cause) {
    throw invalidArgument(place, "is not JSON", { cause });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
