import { open, type FileHandle } from "node:fs/promises";

const DIGITS = 20;

/**
 * The newest version of the table that has reached the disk, in a file of its own. LanceDB does not wait for the
 * disk, so after a power cut its newest versions may be unreadable; what is newer than this was never acknowledged.
 */
export class AcknowledgedVersion {
  readonly #path: string;
  #file: Promise<FileHandle> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** `undefined` before the first one, and where the file was removed or is unreadable. */
  async read(): Promise<number | undefined> {
    const file = await this.#open();
    const { bytesRead, buffer } = await file.read(Buffer.alloc(DIGITS + 2), 0, DIGITS + 2, 0);
    const text = buffer.toString("latin1", 0, bytesRead);
    return /^\d{20}\n$/.test(text) ? Number(text) : undefined;
  }

  /** Resolves when it is on disk. In place: less than a sector is written whole or not at all. */
  async write(version: number): Promise<void> {
    const file = await this.#open();
    await file.write(`${String(version).padStart(DIGITS, "0")}\n`, 0, "latin1");
    await file.datasync();
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await (await file)?.close();
  }

  #open(): Promise<FileHandle> {
    this.#file ??= openOrCreate(this.#path);
    return this.#file;
  }
}

async function openOrCreate(path: string): Promise<FileHandle> {
  // "r+" alone does not create, and "a+" would write at the end.
  await (await open(path, "a")).close();
  return await open(path, "r+");
}
