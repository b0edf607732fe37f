import { hash } from "node:crypto";
import { constants } from "node:fs";
import { appendFile, mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { joining } from "../long-term/joined.ts";
import type { Contestant } from "./contestant.ts";
import { recordAt } from "./workload.ts";

/*
 * The limits of writing an audit trail, each reduced to what it cannot do without.
 */

const FLAGS = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY;
const COUNT = 1_000_000;
const LINES = 1024;
const DIGEST_CHARS = 32;

function toLine(place: number): string {
  return `${JSON.stringify(recordAt(place, COUNT))}\n`;
}

/** One write and one fdatasync for all waiting calls. */
export async function groupCommit(folder: string): Promise<Contestant> {
  const append = await joinedAppend(folder);
  return { append: (place) => append(toLine(place)) };
}

/** The same with lines made beforehand, so that only the disk is measured. */
export async function groupCommitOfFinished(folder: string): Promise<Contestant> {
  const lines = Array.from({ length: LINES }, (_, place) => toLine(place));
  const append = await joinedAppend(folder);
  return { append: (place) => append(lines[place % LINES] as string) };
}

async function joinedAppend(folder: string): Promise<(line: string) => Promise<void>> {
  await mkdir(folder, { recursive: true });
  const handle = await open(join(folder, "log"), FLAGS);
  return joining<string>(async (lines) => {
    await handle.write(lines.join(""));
    await handle.datasync();
  });
}

/** A write and an fdatasync for each record, one after the other. */
export async function syncEach(folder: string): Promise<Contestant> {
  await mkdir(folder, { recursive: true });
  const handle = await open(join(folder, "log"), FLAGS);
  let last = Promise.resolve();
  const write = async (before: Promise<void>, line: string): Promise<void> => {
    await before;
    await handle.write(line);
    await handle.datasync();
  };
  return {
    append: (place) => {
      last = write(last, toLine(place));
      return last;
    },
  };
}

/** A call of `fs.appendFile` for each record. */
export async function appendFiles(folder: string): Promise<Contestant> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, "log");
  return { append: (place) => appendFile(path, toLine(place)) };
}

/** A record as a line that is chained to the previous one, made but stored nowhere: the cost of hashing and JSON. */
export async function encodeAndHash(): Promise<Contestant> {
  let previous = "A".repeat(DIGEST_CHARS);
  let bytes = 0;
  return {
    append: (place) => {
      const json = JSON.stringify(recordAt(place, COUNT));
      const chain = `,"writer":"bench-writer","sequence":${place + 1},"previous":"${previous}"`;
      const signed = json.slice(0, -1) + chain;
      previous = hash("sha256", signed, "base64url").slice(0, DIGEST_CHARS);
      bytes += `${signed},"digest":"${previous}"}\n`.length;
    },
    drain: async () => {
      if (!Number.isSafeInteger(bytes)) throw new Error("Nothing was encoded.");
    },
  };
}

/** The same without the hash. */
export async function encodeOnly(): Promise<Contestant> {
  let bytes = 0;
  return {
    append: (place) => {
      bytes += toLine(place).length;
    },
    drain: async () => {
      if (!Number.isSafeInteger(bytes)) throw new Error("Nothing was encoded.");
    },
  };
}
