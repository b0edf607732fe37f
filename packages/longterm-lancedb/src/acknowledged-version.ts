import { open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { syncDirectory } from "@mem/append-log";

const DIGITS = 20;

/**
 * The newest version of the table that has reached the disk, in a file of its own. LanceDB does not wait for the
 * disk, so after a power cut its newest versions may be unreadable; what is newer than this was never acknowledged.
 *
 * The file is opened each time: a descriptor that is kept would go on with a file that was removed and made anew.
 */
export class AcknowledgedVersion {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** `undefined` before the first one, and where the file was removed or is unreadable. */
  async read(): Promise<number | undefined> {
    let text: string;
    try {
      text = await readFile(this.#path, "latin1");
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
    return /^\d{20}\n$/.test(text) ? Number(text) : undefined;
  }

  /** Resolves when it is on disk. In place: less than a sector is written whole or not at all. */
  async write(version: number): Promise<void> {
    const line = `${String(version).padStart(DIGITS, "0")}\n`;
    try {
      await writeInPlace(this.#path, "r+", line);
    } catch (error) {
      if (!isMissing(error)) throw error;
      await writeInPlace(this.#path, "w", line);
      await syncDirectory(dirname(this.#path));
    }
  }
}

async function writeInPlace(path: string, flags: "r+" | "w", line: string): Promise<void> {
  const file = await open(path, flags);
  try {
    await file.write(line, 0, "latin1");
    // Whatever else was in it is no version.
    await file.truncate(line.length);
    await file.datasync();
  } finally {
    await file.close();
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}
