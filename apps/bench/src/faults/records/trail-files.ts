import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** One file of an agent's trail, with its lines as they were written. */
export interface TrailFile {
  /** The path within the folder of the store. */
  readonly label: string;
  /** `Infinity` for the current file. */
  readonly segment: number;
  /** Decompressed. */
  readonly content: Buffer;
}

const NAME = /^(.+?)(?:~(\d{6,}))?\.jsonl(\.gz)?$/;

/** All trails of a folder by file name, oldest file first; read as bytes, without the store's indexes or code. */
export function readTrails(dir: string, folder: string = ""): Map<string, TrailFile[]> {
  const files = new Map<string, TrailFile[]>();
  const names = readdirSync(join(dir, folder)).filter((name) => NAME.test(name));
  for (const name of names) {
    // A compressed file was put in place whole, so it is the one that counts.
    if (names.includes(`${name}.gz`)) continue;
    const [, stem = "", segment, packed] = NAME.exec(name) ?? [];
    const label = folder === "" ? name : `${folder}/${name}`;
    if (!statSync(join(dir, label)).isFile()) continue;
    const bytes = readFileSync(join(dir, label));
    const content = packed === undefined ? bytes : gunzipSync(bytes);
    const of = files.get(stem) ?? [];
    of.push({ label, segment: segment === undefined ? Infinity : Number(segment), content });
    files.set(stem, of);
  }
  for (const of of files.values()) of.sort((a, b) => a.segment - b.segment);
  return files;
}

export interface TrailLine {
  /** From 1. */
  readonly number: number;
  readonly offset: number;
  /** Without its newline and without blanks at its end. */
  readonly bytes: Buffer;
  readonly isTerminated: boolean;
}

/** Every line, including empty ones. */
export function linesOf(content: Buffer): TrailLine[] {
  const lines: TrailLine[] = [];
  for (let offset = 0; offset < content.length;) {
    const newline = content.indexOf(0x0a, offset);
    const end = newline < 0 ? content.length : newline;
    lines.push({
      number: lines.length + 1,
      offset,
      bytes: content.subarray(offset, end),
      isTerminated: newline >= 0,
    });
    offset = end + 1;
  }
  return lines;
}
