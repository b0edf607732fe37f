import { randomUUID } from "node:crypto";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Base, HeldTable } from "../table/base.ts";
import type { Slice } from "../log/overlay.ts";

const NAME = /^(\d+)-(\d+)-[\da-f-]{36}$/;

/** Versions of the table that long reads use: they are not cleaned up as long as the reading process lives. */
export class Pins {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Call it while the version is the current one. */
  async pin(version: number): Promise<AsyncDisposable> {
    await mkdir(this.#folder, { recursive: true });
    const path = join(this.#folder, `${version}-${process.pid}-${randomUUID()}`);
    await writeFile(path, "");
    return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
  }

  /** The oldest version that is being read. Pins of processes that have ended are removed. */
  async oldest(): Promise<number> {
    let oldest = Infinity;
    for (const name of await this.#names()) {
      const [, version, pid] = NAME.exec(name) ?? [];
      if (isAlive(Number(pid))) oldest = Math.min(oldest, Number(version));
      else await rm(join(this.#folder, name), { force: true });
    }
    return oldest;
  }

  async #names(): Promise<string[]> {
    try {
      return (await readdir(this.#folder)).filter((name) => NAME.test(name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw error;
    }
  }
}

export interface LongRead extends HeldTable {
  /** The changes that are not in that table yet. */
  readonly slice: Slice;
}

/** The current table for a long read, with what is not in it yet; none of it is cleaned up until the read is over. */
export async function holdForLong(
  base: Base,
  folder: string,
  takeSlice: () => Slice,
): Promise<LongRead> {
  const pins = new Pins(folder);
  for (;;) {
    const held = await base.hold();
    const pin = await pins.pin(held.version).catch(async (error: unknown) => {
      await held[Symbol.asyncDispose]();
      throw error;
    });
    const release = async (): Promise<void> => {
      await pin[Symbol.asyncDispose]();
      await held[Symbol.asyncDispose]();
    };
    if (held.version === base.version) {
      return { ...held, slice: takeSlice(), [Symbol.asyncDispose]: release };
    }
    // The table was written between `hold` and `pin`.
    await release();
  }
}

function isAlive(pid: number): boolean {
  try {
    // Signal 0 is never delivered; it only checks whether it could be.
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
