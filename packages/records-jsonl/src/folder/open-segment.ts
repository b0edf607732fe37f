import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { systemCode } from "@mem/append-log";
import { MemoryError } from "@mem/core";
import { decodeControl } from "../line/control-line.ts";
import { ReadFile } from "./read-file.ts";
import type { RecordFile } from "./record-folder.ts";
import { segmentFile } from "./segment-names.ts";

// Opening a pipe would wait for its writer without O_NONBLOCK. Windows has neither flag.
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
/** No line that states a segment's number is longer. */
const HEAD_BYTES = 512;

/** One of an agent's files, open for reading. */
export interface OpenSegment extends AsyncDisposable {
  readonly handle: ReadFile;
  /** Whether it is gzip with several members, each of whole lines; such a file never changes in place. */
  readonly compressed: boolean;
  /** Whether it is the file that is appended to. */
  readonly current: boolean;
  readonly path: string;
  /** The path within the store's folder, for reports. */
  readonly label: string;
}

/**
 * Opens a segment by its number, whatever its file is called by now; undefined if it is gone. `wasCurrent` says where
 * to look first, and has to be true for the segment that was the current one when the call began.
 */
export async function openSegment(
  file: RecordFile,
  segment: number,
  wasCurrent: boolean,
): Promise<OpenSegment | undefined> {
  if (wasCurrent) {
    const { path, label } = file;
    const handle = openCurrent(path, segment);
    if (handle !== undefined) {
      return disposable({ handle, compressed: false, current: true, path, label });
    }
  }
  // Compression puts the compressed file in place before it removes the plain one.
  for (const compressed of [true, false, true]) {
    const { path, label } = segmentFile(file, segment, compressed);
    const handle = openToRead(path);
    if (handle !== undefined) {
      return disposable({ handle, compressed, current: false, path, label });
    }
  }
  return undefined;
}

/** Undefined if there is no file, or if its first line states that it is another segment. */
function openCurrent(path: string, segment: number): ReadFile | undefined {
  const opened = openRegular(path);
  if (opened === undefined) return undefined;
  const { fd } = opened;
  let isWanted = false;
  try {
    const stated = statedSegment(fd);
    isWanted = stated === undefined || stated === segment;
    return isWanted ? new ReadFile(fd) : undefined;
  } finally {
    // Also if it can't be read.
    if (!isWanted) closeSync(fd);
  }
}

/** Undefined if there is no file; throws `MEM_CORRUPT` for a link, or anything else that is not a regular file. */
export function openToRead(path: string): ReadFile | undefined {
  const opened = openRegular(path);
  return opened && new ReadFile(opened.fd);
}

/** The segment number that the first line of a file states; undefined if it states none. */
function statedSegment(fd: number): number | undefined {
  const head = Buffer.alloc(HEAD_BYTES);
  return segmentIn(head.subarray(0, readSync(fd, head, 0, HEAD_BYTES, 0)));
}

/** A file at one moment. */
export interface FileLook {
  /** The segment number that its first line states. */
  readonly stated: number | undefined;
  readonly dev: number;
  readonly ino: number;
  /** In bytes. */
  readonly size: number;
}

/**
 * Looks at a file; undefined if there is none. Synchronous, so that only one file is open at a time, however many
 * calls run at once.
 */
export function lookAtFile(path: string): FileLook | undefined {
  const opened = openRegular(path);
  if (opened === undefined) return undefined;
  const { fd, stats } = opened;
  try {
    const { dev, ino, size } = stats;
    return { stated: statedSegment(fd), dev, ino, size };
  } finally {
    closeSync(fd);
  }
}

function openRegular(path: string): { readonly fd: number; readonly stats: Stats } | undefined {
  let fd: number;
  try {
    fd = openSync(path, READ);
  } catch (error) {
    return refuseOpening(path, error);
  }
  const stats = fstatSync(fd);
  if (stats.isFile()) return { fd, stats };
  closeSync(fd);
  throw notAFile(path, "is not a regular file");
}

function segmentIn(head: Buffer): number | undefined {
  const newline = head.indexOf(10);
  const line = newline < 0 ? undefined : decodeControl(head.subarray(0, newline));
  return line?.type === "segment" ? line.segment : undefined;
}

/** Returns undefined if there is no file; otherwise throws why it can't be opened. */
function refuseOpening(path: string, error: unknown): undefined {
  if (systemCode(error) === "ENOENT") return undefined;
  if (systemCode(error) === "ELOOP") throw notAFile(path, "is a symbolic link");
  throw error;
}

function disposable(opened: Omit<OpenSegment, typeof Symbol.asyncDispose>): OpenSegment {
  return { ...opened, [Symbol.asyncDispose]: () => opened.handle.close() };
}

function notAFile(path: string, problem: string): MemoryError {
  return new MemoryError("MEM_CORRUPT", `${path} ${problem}, which is never read; move it away`);
}
