import { AppendFile } from "./append-file.ts";
import { searchLine } from "./line-search.ts";
import { joinLines, writeLines, type Line } from "./line-write.ts";
import { headOf, type Rotation } from "./rotation.ts";

export interface SealOptions extends Pick<Rotation, "isSeal"> {
  /** The seal to append if there is none yet. */
  seal: Line;
  /** Byte offset of a line with no seal before it. Default: the beginning of the file. */
  start?: number;
}

/** The place of the seal that counts: its line, without the newline. */
export interface SealPlace {
  readonly offset: number;
  readonly length: number;
}

/**
 * Seals a rotated file unless it is sealed already. Whoever calls this, and whenever, gets the same
 * place: that of the first seal, which is then on disk. Undefined if there is no file. Rejects with a
 * `LogError`, such as `LOG_NO_SPACE`; the file can then be sealed later.
 */
export async function sealFile(
  path: string,
  { isSeal, seal, start = 0 }: SealOptions,
): Promise<SealPlace | undefined> {
  const block = joinLines([seal]);
  const file = await AppendFile.open(path, "existing");
  if (file === undefined) return undefined;
  try {
    const head = headOf(file);
    if (!isSeal(Buffer.from(seal), head)) throw new TypeError("The seal is none by its own rule");
    for (let from = start; ;) {
      const { found, end } = await searchLine(file.source, (line) => isSeal(line, head), {
        start: from,
      });
      if (found !== undefined) {
        // Also somebody else's: lines that it makes void may be elsewhere already.
        await file.sync();
        return { offset: found.offset, length: found.length };
      }
      // Perhaps others seal it too, or append what counts, before this one is in: look again.
      const written = await writeLines(file, block, 0);
      if (written?.failure !== undefined) throw written.failure;
      from = written === undefined ? 0 : end;
    }
  } finally {
    await file.close();
  }
}
