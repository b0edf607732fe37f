import { createHash } from "node:crypto";
import { MemoryError, throwIfAborted, parseJson, type EmbedderFingerprint } from "@mem/core";
import { damaged } from "./bundle-error.ts";
import type { BundleFile } from "./bundle-file.ts";
import { FORMAT_NAME, FORMAT_VERSION, type BundleEnd, type BundleHeader } from "./bundle-format.ts";
import type { OnProgress } from "./progress.ts";
import { isSealed, linesOf } from "./sealed-line.ts";

/** More than the first or the last line ever takes, except for the name of a model. */
const EDGE = 65_536;
const LINE_FEED = 0x0a;

/** What a complete bundle says about itself. */
export interface CheckedBundle {
  readonly embedder: EmbedderFingerprint | undefined;
  readonly entries: number;
  /** Where the lines of the entries begin and end, in bytes. */
  readonly from: number;
  readonly to: number;
}

/** Reads and checks a whole bundle. Rejects with `MEM_FORMAT` or `MEM_CORRUPT`, naming the line. */
export async function checkBundle(
  file: BundleFile,
  onProgress: OnProgress | undefined,
  signal: AbortSignal | undefined,
): Promise<CheckedBundle> {
  const { header, from } = await readHeader(file);
  const end = await readEnd(file);
  if (end === undefined) throw await findDamage(file);
  const digest = createHash("sha256");
  let bytes = 0;
  // By the digest alone, which takes a third of the time: which line it is matters only where it does not match.
  for await (const chunk of file.chunks(0, end.at)) {
    throwIfAborted(signal);
    digest.update(chunk);
    bytes += chunk.length;
    onProgress?.({ phase: "verify", entries: 0, bytes, totalBytes: file.size });
  }
  if (digest.digest("hex") !== end.sha256) throw await findDamage(file);
  return { embedder: header.embedder, entries: end.entries, from, to: end.at };
}

async function readHeader(file: BundleFile): Promise<{ header: BundleHeader; from: number }> {
  const bytes = await file.read(0, EDGE);
  const line = bytes.subarray(0, bytes.indexOf(LINE_FEED) + 1);
  const header = parse(line) as Partial<BundleHeader> | undefined;
  if (header?.format !== FORMAT_NAME) throw damaged(file.path, "line 1 does not begin a bundle");
  const { formatVersion, embedder } = header;
  // The first line is sealed like this in every version: a damaged one is not taken for a newer one.
  if (!isSealed(line) || typeof formatVersion !== "number") {
    throw damaged(file.path, "line 1 is not as it was written");
  }
  if (formatVersion > FORMAT_VERSION) {
    throw new MemoryError(
      "MEM_FORMAT",
      `${file.path}, line 1: it has format version ${formatVersion}; this release of @mem/bundle reads up to ${FORMAT_VERSION}. Nothing was imported; update the package`,
    );
  }
  if (!(embedder === undefined || isFingerprint(embedder))) {
    throw damaged(file.path, "line 1 does not say whose vectors it brings");
  }
  return { header: header as BundleHeader, from: line.length };
}

/** `undefined` if the last line is not the end of a bundle. */
async function readEnd(file: BundleFile): Promise<(BundleEnd & { at: number }) | undefined> {
  const start = Math.max(0, file.size - EDGE);
  const bytes = await file.read(start, file.size);
  const line = bytes.subarray(bytes.lastIndexOf(LINE_FEED, -2) + 1);
  if (!isSealed(line)) return undefined;
  const end = parse(line) as Partial<BundleEnd>;
  if (end.end !== true) return undefined;
  return { ...(end as BundleEnd), at: file.size - line.length };
}

/** Finds the line of a bundle that is not as it was written. */
async function findDamage(file: BundleFile): Promise<MemoryError> {
  let number = 0;
  let isOver = false;
  for await (const chunk of file.chunks(0, file.size)) {
    for (const line of linesOf(chunk)) {
      number += 1;
      if (isOver) return damaged(file.path, `line ${number} comes after its end`);
      if (line.at(-1) !== LINE_FEED) return damaged(file.path, `line ${number} is cut short`);
      if (!isSealed(line)) {
        return damaged(file.path, `line ${number} is not as it was written`);
      }
      isOver = isEnd(line);
    }
  }
  return damaged(
    file.path,
    isOver
      ? `every one of its ${number} lines is sound, but some are missing, doubled or moved`
      : `it ends after line ${number}, without its last lines`,
  );
}

function isEnd(line: Buffer): boolean {
  return line.toString("latin1", 18, 29) === '"end":true,';
}

function isFingerprint(value: Partial<EmbedderFingerprint>): boolean {
  return typeof value.model === "string" && Number.isSafeInteger(value.dimensions);
}

function parse(line: Buffer): unknown {
  try {
    return parseJson(line.toString());
  } catch {
    return undefined;
  }
}
