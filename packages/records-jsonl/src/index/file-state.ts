import { hash } from "node:crypto";
import { fstatSync } from "node:fs";
import type { OpenSegment } from "../folder/open-segment.ts";
import type { RecordFile } from "../folder/record-folder.ts";
import type { IndexedFile } from "./index-file.ts";

/** How many bytes before the end of what an index covers tell whether the file is still the same. */
const TAIL_BYTES = 4096;

/** The identity and the state of a file, for an index that covers it up to `end`. */
export async function fileState(
  file: RecordFile,
  segment: number,
  { handle }: OpenSegment,
  end: number,
): Promise<IndexedFile> {
  const { ino, size, mtimeNs } = fstatSync(handle.fd, { bigint: true });
  return {
    label: file.label,
    segment,
    ino: String(ino),
    size: Number(size),
    mtime: String(mtimeNs),
    tail: await tailHash({ handle }, end),
  };
}

/**
 * Whether what an index knows about a file still holds: an earlier segment has to be the same file in the same state;
 * the current one has to be the same file, with the same bytes before the end of the index.
 */
export async function isStateOf(
  known: { readonly file: IndexedFile; readonly current: boolean; readonly end: number },
  file: RecordFile,
  segment: number,
  open: OpenSegment,
): Promise<boolean> {
  const { file: before, current, end } = known;
  if (before.label !== file.label || before.segment !== segment || current !== open.current) {
    return false;
  }
  const { ino, size, mtimeNs } = fstatSync(open.handle.fd, { bigint: true });
  if (before.ino !== String(ino)) return false;
  const isUntouched = before.size === Number(size) && before.mtime === String(mtimeNs);
  if (isUntouched || !current) return isUntouched;
  return end <= Number(size) && before.tail === (await tailHash(open, end));
}

async function tailHash({ handle }: Pick<OpenSegment, "handle">, end: number): Promise<string> {
  const start = Math.max(0, end - TAIL_BYTES);
  const tail = Buffer.alloc(end - start);
  const { bytesRead } = await handle.read(tail, 0, tail.length, start);
  return hash("sha256", tail.subarray(0, bytesRead), "base64url");
}
