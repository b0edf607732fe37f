import { isMemoryError, MemoryError, parseJson } from "@mem/core";

/** The format that a file declares. */
export interface FileFormat {
  readonly name: string;
  /** The newest version that this release reads, and the one that it writes. */
  readonly version: number;
}

/**
 * Applies `parse` to the content of a file. Throws `MEM_FORMAT` or `MEM_CORRUPT` if the content is not as it should be.
 */
export function readFormat<T>(
  file: string,
  content: Uint8Array,
  format: FileFormat,
  parse: (content: Record<string, unknown>) => T,
): T {
  try {
    const parsed = parseObject(content);
    if (parsed["format"] !== format.name) throw wrong("format", `has to be "${format.name}"`);
    const version = parsed["formatVersion"];
    if (typeof version !== "number" || !Number.isInteger(version) || version < 1) {
      throw wrong("formatVersion", "has to be a whole number from 1");
    }
    if (version > format.version) throw tooNew(file, version, format.version);
    return parse(parsed);
  } catch (error) {
    if (isMemoryError(error, "MEM_FORMAT")) throw error;
    throw damaged(file, isMemoryError(error) ? error.message : "it is not JSON in UTF-8");
  }
}

/** The error for an invalid value in a file; `path` is its place in the file. */
export function wrong(path: string, problem: string): MemoryError {
  return new MemoryError("MEM_CORRUPT", `${path} ${problem}`, { path });
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseObject(content: Uint8Array): Record<string, unknown> {
  // A byte that is not UTF-8 must not turn into a replacement character unnoticed.
  const parsed: unknown = parseJson(new TextDecoder("utf-8", { fatal: true }).decode(content));
  if (!isRecord(parsed)) throw wrong("the file", "has to hold an object");
  return parsed;
}

// The parser's own error is not set as the cause: it quotes what it could not read, which is somebody's memory.
function damaged(file: string, problem: string): MemoryError {
  return new MemoryError(
    "MEM_CORRUPT",
    `${file} is damaged: ${problem}. Nothing was changed; correct the file, or restore it from a backup`,
  );
}

function tooNew(file: string, version: number, known: number): MemoryError {
  return new MemoryError(
    "MEM_FORMAT",
    `${file} has format version ${version}; this release of @mem/longterm-json reads up to ${known}. Nothing was changed; update the package`,
  );
}
