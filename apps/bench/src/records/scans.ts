import { hash, createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createInterface } from "node:readline";

/*
 * What one does with a file of lines without an index: the rivals of a query.
 */

const CHUNK = 2 ** 16;
const STREAM = 2 ** 20;
const NEWLINE = 0x0a;

/** Finds the last lines by reading all of them; parses them. */
export async function lastByReadline(path: string, count: number): Promise<unknown[]> {
  const last: string[] = [];
  for await (const line of createInterface({ input: createReadStream(path) })) {
    last.push(line);
    if (last.length > 2 * count) last.splice(0, last.length - count);
  }
  return last.slice(-count).map((line) => JSON.parse(line) as unknown);
}

/** Finds the last lines by reading backward until there are enough; parses them. */
export async function lastBackwards(path: string, count: number): Promise<unknown[]> {
  const handle = await open(path);
  try {
    let { size: at } = await handle.stat();
    let tail = Buffer.alloc(0);
    while (at > 0 && countNewlines(tail) <= count) {
      const length = Math.min(CHUNK, at);
      at -= length;
      const chunk = Buffer.allocUnsafe(length);
      await handle.read(chunk, 0, length, at);
      tail = Buffer.concat([chunk, tail]);
    }
    const lines = tail.toString().split("\n").filter(Boolean).slice(-count);
    return lines.map((line) => JSON.parse(line) as unknown);
  } finally {
    await handle.close();
  }
}

function countNewlines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count++;
  return count;
}

/** Finds the records whose lines contain a text by reading every line; ends when it has found `most`. */
export async function findByReadline(
  path: string,
  text: string,
  most: number = Infinity,
): Promise<unknown[]> {
  const found: unknown[] = [];
  const input = createReadStream(path);
  for await (const line of createInterface({ input })) {
    if (line.includes(text)) found.push(JSON.parse(line));
    if (found.length >= most) break;
  }
  input.destroy();
  return found;
}

/** The same on bytes, decoding only lines that contain the text: the fastest possible scan. */
export async function findInBytes(
  path: string,
  text: string,
  most: number = Infinity,
): Promise<unknown[]> {
  const sought = Buffer.from(text);
  const found: unknown[] = [];
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: STREAM })) {
    const bytes = Buffer.concat([rest, chunk as Buffer]);
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    for (let at = bytes.indexOf(sought); at >= 0 && at < end;) {
      const from = bytes.lastIndexOf(NEWLINE, at) + 1;
      const to = bytes.indexOf(NEWLINE, at);
      found.push(JSON.parse(bytes.toString("utf8", from, to)));
      if (found.length >= most) return found;
      at = bytes.indexOf(sought, to);
    }
    rest = bytes.subarray(end);
  }
  return found;
}

/** Hashes all bytes of a file with SHA-256, in one stream. */
export async function hashFile(path: string): Promise<number> {
  const sha256 = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: STREAM })) {
    sha256.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  if (sha256.digest().length !== 32) throw new Error("Nothing was hashed.");
  return bytes;
}

/** Hashes every line of a file separately with SHA-256. */
export async function hashLines(path: string): Promise<number> {
  let bytes = 0;
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: STREAM })) {
    const all = Buffer.concat([rest, chunk as Buffer]);
    let from = 0;
    for (let to = all.indexOf(NEWLINE); to >= 0; to = all.indexOf(NEWLINE, from)) {
      if (hash("sha256", all.subarray(from, to), "buffer").length !== 32)
        throw new Error("no hash");
      from = to + 1;
    }
    rest = all.subarray(from);
    bytes += (chunk as Buffer).length;
  }
  return bytes;
}

/** Parses every record of a file, one after the other. */
export async function streamByReadline(path: string, each: () => void): Promise<number> {
  let count = 0;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    JSON.parse(line);
    each();
    count++;
  }
  return count;
}
