import type { AppendFile, FileIdentity } from "./append-file.ts";
import { LogError, systemError, withOutcome } from "./log-error.ts";
import { findLine } from "./line-search.ts";

/**
 * How a file of lines is rotated: it gets a second name (`link`), another file is renamed onto its
 * path, and then it gets a seal (`sealFile`). Lines before its first seal count; lines that a slow
 * writer appends after it are void.
 */
export interface Rotation {
  /**
   * Whether a line is a seal of the file whose first line is `head`, which is undefined if that line
   * is longer than 4 KiB or incomplete. Called only for files that are no longer at their path.
   */
  readonly isSeal: (line: Buffer, head: Buffer | undefined) => boolean;
  /** Whether this very file now has the name of a segment, that is, was not removed or moved. */
  readonly isSegment: (file: FileIdentity, head: Buffer | undefined) => Promise<boolean>;
}

const MAX_HEAD_BYTES = 4096;
const NEWLINE = 10;

/** The first line of a file, unless it is longer than 4 KiB. */
export function headOf(file: AppendFile): Buffer | undefined {
  const beginning = Buffer.alloc(MAX_HEAD_BYTES + 1);
  const bytes = beginning.subarray(0, file.read(beginning, 0));
  const newline = bytes.indexOf(NEWLINE);
  return newline < 0 ? undefined : bytes.subarray(0, newline);
}

/**
 * Decides the fate of lines whose writer finds that their file is no longer at its path: they count,
 * they are void, or somebody has removed or moved the file. They begin at `start`, and no seal is
 * before `from`.
 *
 * If no seal is before them, none ever will be, whoever seals the file. So only the process that
 * rotates has to write one, and a disk without room for a seal does not put these lines in doubt.
 */
export async function fateOfLines(
  file: AppendFile,
  rotation: Rotation,
  from: number,
  start: number,
): Promise<"count" | "void" | "gone"> {
  try {
    const head = headOf(file);
    // Asked first: a segment loses its name (compressed, dropped) only after it was sealed.
    const named = await rotation.isSegment(file.identity, head);
    const isSeal = (line: Buffer): boolean => rotation.isSeal(line, head);
    const seal = await findLine(file.source, isSeal, { start: from });
    if (seal !== undefined) return seal.offset < start ? "void" : "count";
    return named ? "count" : "gone";
  } catch (cause) {
    if (cause instanceof LogError) throw withOutcome(cause, "unknown");
    throw systemError(cause, `find out what became of ${file.path}`, "unknown");
  }
}
