import { MemoryError } from "@mem/core";

/** The error for a path of a source that could not be read. */
export function unreadable(path: string, cause: unknown): MemoryError {
  const { code = "unknown error" } = cause as { code?: string };
  switch (code) {
    case "ENOENT":
      return new MemoryError("MEM_NOT_FOUND", `there is nothing at ${path}`, { path, cause });
    case "ENOTDIR":
      return new MemoryError(
        "MEM_INVALID_ARGUMENT",
        `${path} is no folder, or lies in something that is none`,
        { path, cause },
      );
    case "EISDIR":
      return new MemoryError("MEM_INVALID_ARGUMENT", `${path} is a folder, not a file`, {
        path,
        cause,
      });
    default:
      return new MemoryError("MEM_UNAVAILABLE", `${path} can't be read: ${code}`, { path, cause });
  }
}

/** Some editors begin a file with a byte order mark; it is not part of the text. */
export function withoutByteOrderMark(text: string): string {
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}
