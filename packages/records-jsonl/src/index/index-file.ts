import { randomUUID } from "node:crypto";
import { fstatSync } from "node:fs";
import { lstat, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import { parseJson } from "@mem/core";
import { asideOf } from "../folder/aside.ts";
import { openToRead } from "../folder/open-segment.ts";
import type { ReadFile } from "../folder/read-file.ts";
import { MemberTable } from "../reading/member-table.ts";
import { BlockTable } from "./block-table.ts";
import type { Coverage } from "./index-builder.ts";
import { BUCKETS } from "./key-table.ts";
import type { IndexedRun } from "./indexed-run.ts";

/** Raised whenever anything below changes, or what counts as a record; indexes of older versions are rebuilt. */
const VERSION = 1;
const MAGIC = 0x6d656d69;
/** In this machine's byte order, like all numbers in the file: with another one, the magic does not match. */
const PREFIX_WORDS = 5;
const PREFIX_BYTES = 24;
const FIRST_READ = 2 ** 17;
const MAX_HEAD_BYTES = 2 ** 29;

/** The file that an index describes, and its state. */
export interface IndexedFile {
  readonly label: string;
  readonly segment: number;
  readonly ino: string;
  /** Of the file, in bytes. */
  readonly size: number;
  readonly mtime: string;
  /** Hash of the last bytes before `end`, which must not change while the file grows. */
  readonly tail: string;
}

/** An index as it is stored. */
export interface StoredIndex extends Omit<Coverage, "runs"> {
  readonly file: IndexedFile;
  readonly current: boolean;
  readonly runs: readonly IndexedRun[];
  readonly members: MemberTable | undefined;
}

interface Meta extends Omit<StoredIndex, "runs" | "members"> {
  readonly runs: readonly { blocks: number; statuses: readonly string[]; entries: number }[];
  readonly members: readonly (readonly [packedBytes: number, bytes: number, lost: 0 | 1])[] | null;
}

/** Undefined if there is none, or if it is a link, a folder or unreadable. */
export function openIndex(path: string): ReadFile | undefined {
  try {
    return openToRead(path);
  } catch {
    return undefined;
  }
}

/** Reads an index without its keys; undefined if there is none that is complete and of this version. */
export async function readIndex(path: string): Promise<StoredIndex | undefined> {
  await using handle = openIndex(path);
  // Awaited here, because the file is closed when this function returns.
  return handle && (await readHead(handle).catch(() => undefined));
}

async function readHead(handle: ReadFile): Promise<StoredIndex | undefined> {
  const { size } = fstatSync(handle.fd);
  let bytes = Buffer.from(new ArrayBuffer(Math.min(size, FIRST_READ)));
  const first = await handle.read(bytes, 0, bytes.length, 0);
  if (first.bytesRead < PREFIX_BYTES) return undefined;
  const prefix = new Uint32Array(bytes.buffer, 0, PREFIX_WORDS);
  const [magic, version, metaBytes = 0, headBytes = 0, sum] = prefix;
  if (magic !== MAGIC || version !== VERSION) return undefined;
  if (headBytes > Math.min(size, MAX_HEAD_BYTES) || metaBytes > headBytes) return undefined;
  if (headBytes > bytes.length) {
    const whole = Buffer.from(new ArrayBuffer(headBytes));
    bytes.copy(whole);
    const left = headBytes - bytes.length;
    const rest = await handle.read(whole, bytes.length, left, bytes.length);
    if (rest.bytesRead < left) return undefined;
    bytes = whole;
  }
  const head = bytes.subarray(0, headBytes);
  if (crc32(head.subarray(PREFIX_BYTES)) !== sum) return undefined;
  const metaEnd = PREFIX_BYTES + metaBytes;
  const meta = parseJson(head.toString("utf8", PREFIX_BYTES, metaEnd)) as Meta;
  return fromHead(meta, head, aligned(metaEnd));
}

function fromHead(meta: Meta, head: Buffer, tables: number): StoredIndex {
  let at = tables;
  let entriesAt = head.length;
  const runs = meta.runs.map(({ blocks, statuses, entries }): IndexedRun => {
    const bytes = BlockTable.bytesFor(blocks, statuses.length);
    const table = new BlockTable(head.subarray(at), blocks, statuses.length);
    at += aligned(bytes);
    const words = new Uint32Array(head.buffer, head.byteOffset + at, 2 * BUCKETS + 1);
    at += aligned(words.byteLength);
    const place = entriesAt;
    entriesAt += entries * 4;
    return {
      blocks: table,
      statuses,
      starts: words.subarray(0, BUCKETS + 1),
      sums: words.subarray(BUCKETS + 1),
      entries: place,
    };
  });
  const members = meta.members === null ? undefined : new MemberTable();
  for (const [packedBytes, bytes, lost] of meta.members ?? []) {
    members?.add(packedBytes, bytes, lost === 1);
  }
  if (members !== undefined) members.complete = true;
  return { ...meta, runs, members };
}

/** Puts an index in place as a whole. It need not survive a power cut: an incomplete one is rebuilt. */
export async function writeIndex(path: string, index: StoredIndex): Promise<void> {
  await makeFolder(dirname(path));
  const temporary = asideOf(`${path}.${randomUUID()}`);
  try {
    await using handle = await open(temporary, "wx");
    await handle.writev(encode(index));
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** The entries of all runs have to be in memory. */
function encode({ runs, members, ...rest }: StoredIndex): Uint8Array[] {
  const meta: Meta = {
    ...rest,
    runs: runs.map(({ blocks, statuses, starts }) => ({
      blocks: blocks.count,
      statuses,
      entries: starts[BUCKETS] as number,
    })),
    members:
      members?.places.map(({ packedStart, packedEnd, start, end, lost }) => [
        packedEnd - packedStart,
        end - start,
        lost ? 1 : 0,
      ]) ?? null,
  };
  const text = Buffer.from(JSON.stringify(meta));
  const body: Uint8Array[] = [text, padding(PREFIX_BYTES + text.length)];
  for (const { blocks, starts, sums } of runs) {
    body.push(blocks.bytes, padding(blocks.bytes.byteLength));
    body.push(bytesOf(starts), bytesOf(sums), padding(starts.byteLength + sums.byteLength));
  }
  const sum = body.reduce((value, part) => crc32(part, value), 0);
  const headBytes = body.reduce((total, part) => total + part.byteLength, PREFIX_BYTES);
  const prefix = new Uint32Array(PREFIX_BYTES / 4);
  prefix.set([MAGIC, VERSION, text.length, headBytes, sum]);
  return [bytesOf(prefix), ...body, ...runs.map(({ entries }) => bytesOf(entries as Uint32Array))];
}

/** Creates the folder. Refuses a link in its place, which would lead writes somewhere else. */
async function makeFolder(path: string): Promise<void> {
  await mkdir(path).catch(async (error: unknown) => {
    if (!(await lstat(path)).isDirectory()) throw error;
  });
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

function padding(bytes: number): Uint8Array {
  return new Uint8Array(aligned(bytes) - bytes);
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
