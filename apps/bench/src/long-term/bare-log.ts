import { constants, fdatasyncSync, openSync, writeSync } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import type { Contestant, Opening } from "./contestant.ts";
import { joining } from "./joined.ts";
import { memoryAt, toLine } from "./workload.ts";

/*
 * The physical limit of a durable save: appends the same bytes to a file and syncs it. It has no keys.
 */

const FLAGS = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY;
const LINES = 1024;

/** The lines are made beforehand, so that only the disk is measured. */
const lines = (): Buffer[] =>
  Array.from({ length: LINES }, (_, i) => Buffer.from(`${toLine(memoryAt(i, 0))}\n`));

const lineOf = (all: readonly Buffer[], place: number): Buffer => all[place % LINES] as Buffer;

/** Appends as a program does that has other things to do meanwhile. */
export async function bareAppend({ folder }: Opening): Promise<Contestant> {
  const all = lines();
  await mkdir(folder, { recursive: true });
  const handle = await open(join(folder, "log"), FLAGS);
  return {
    save: async (place) => {
      await handle.write(lineOf(all, place));
      await handle.datasync();
    },
  };
}

/** The same with calls that block the thread. */
export async function bareAppendBlocking({ folder }: Opening): Promise<Contestant> {
  const all = lines();
  await mkdir(folder, { recursive: true });
  const fd = openSync(join(folder, "log"), FLAGS);
  return {
    save: (place) => {
      writeSync(fd, lineOf(all, place));
      fdatasyncSync(fd);
    },
  };
}

/** One write and one fdatasync for all waiting calls. */
export async function bareGroupCommit({ folder }: Opening): Promise<Contestant> {
  const all = lines();
  await mkdir(folder, { recursive: true });
  const handle = await open(join(folder, "log"), FLAGS);
  const append = joining<Buffer>(async (waiting) => {
    await handle.write(Buffer.concat(waiting));
    await handle.datasync();
  });
  return { save: (place) => append(lineOf(all, place)) };
}
