import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { makeDirectory, systemCode, writeFileDurably } from "@mem/append-log";
import { MemoryError, parseJson } from "@mem/core";

const NAME = "format.json";
const FORMAT = { format: "@mem/records-jsonl", version: 2 } as const;
/** The earlier version, whose lines have no chains; they are read as they are. */
const EARLIER = 1;

/** What a folder states about its format. */
export interface StatedFormat {
  readonly state: "ours" | "earlier" | "unsaid";
  /** Whether an earlier format was written here: lines without a chain may then be genuine. */
  readonly hadEarlier: boolean;
}

/** Whether a folder states its format. */
export function hasFormat(dir: string): boolean {
  return existsSync(`${dir}/${NAME}`);
}

/** Reads a folder's format. Rejects with `MEM_FORMAT` if it is neither ours nor an earlier one. */
export async function checkFormat(dir: string): Promise<StatedFormat> {
  const path = join(dir, NAME);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return { state: "unsaid", hadEarlier: false };
    throw error;
  }
  const { version, from } = versionsIn(text);
  if (version === FORMAT.version) return { state: "ours", hadEarlier: from === EARLIER };
  if (version === EARLIER) return { state: "earlier", hadEarlier: true };
  throw new MemoryError(
    "MEM_FORMAT",
    `${path} names ${version === undefined ? "no version" : `version ${version}`} of this format, ` +
      `and this release knows versions up to ${FORMAT.version}; update @mem/records-jsonl or use another folder`,
  );
}

/**
 * Creates the folder if it is missing and writes our format to it, along with the earlier one that was there. Several
 * processes may do this at once.
 */
export async function createFormat(dir: string, { hadEarlier }: StatedFormat): Promise<void> {
  await makeDirectory(dir, true);
  const format = { ...FORMAT, ...(hadEarlier && { from: EARLIER }) };
  await writeFileDurably(join(dir, NAME), `${JSON.stringify(format)}\n`);
}

function versionsIn(text: string): { readonly version?: number; readonly from?: unknown } {
  try {
    const value = parseJson(text) as {
      format?: unknown;
      version?: unknown;
      from?: unknown;
    } | null;
    if (value?.format === FORMAT.format && typeof value.version === "number") {
      return { version: value.version, from: value.from };
    }
  } catch {
    // A file that isn't JSON names no version.
  }
  return {};
}
