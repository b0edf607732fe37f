import { constants } from "node:fs";
import { open } from "node:fs/promises";

import type { FileLine } from "./line-scanner.ts";
import { LogError, systemError } from "./log-error.ts";

/** If a process is killed, this much of a file is written whole or not at all. */
const PAGE_BYTES = 4096;
const NEWLINE = 10;
const SPACE = 32;

/**
 * Overwrites lines with blanks, in place, and syncs the file. Offsets and newlines do not change; an
 * unterminated line at the end of the file gets a newline as its last byte. Only for torn lines in a
 * file to which nobody appends any more.
 *
 * Each line is blanked from its end to its beginning. A process that is killed on the way leaves the
 * beginning of a torn line, which is itself a torn line, and blanks: both can be found again.
 */
export async function blankLines(
  path: string,
  lines: Iterable<Pick<FileLine, "offset" | "length" | "terminated">>,
): Promise<void> {
  try {
    await using file = await open(path, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0));
    const { size } = await file.stat();
    for (const { offset, length, terminated } of lines) {
      if (offset + length > size) throw new LogError("LOG_GONE", `${path} was cut short`);
      for (let end = offset + length; end > offset;) {
        const start = Math.max(offset, Math.floor((end - 1) / PAGE_BYTES) * PAGE_BYTES);
        const blanks = Buffer.alloc(end - start, SPACE);
        const isLast = end === offset + length;
        if (isLast && !terminated) blanks[blanks.length - 1] = NEWLINE;
        await file.write(blanks, 0, blanks.length, start);
        end = start;
      }
    }
    await file.datasync();
  } catch (cause) {
    if (cause instanceof LogError) throw cause;
    throw systemError(cause, `blank out torn lines in ${path}`, "unknown");
  }
}
