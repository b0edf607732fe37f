import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { makeDirectory, writeFileDurably } from "@mem/append-log";
import { MemoryError } from "@mem/core";
import { systemCode } from "./storage-errors.ts";

const NAME = "format.json";
const FORMAT = { format: "@mem/records-jsonl", version: 1 } as const;

/** Whether the folder says which format its files have. Rejects with `MEM_FORMAT` if that is another than ours. */
export async function checkFormat(dir: string): Promise<boolean> {
  const path = join(dir, NAME);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw error;
  }
  const version = versionOf(text);
  if (version === FORMAT.version) return true;
  throw new MemoryError(
    "MEM_FORMAT",
    `${path} names ${version === undefined ? "no version" : `version ${version}`} of this format, ` +
      `and this release knows version ${FORMAT.version}; update @mem/records-jsonl or use another folder`,
  );
}

/** Creates the folder where there is none, and says the format in it. Several processes may do so at once. */
export async function createFormat(dir: string): Promise<void> {
  await makeDirectory(dir, true);
  await writeFileDurably(join(dir, NAME), `${JSON.stringify(FORMAT)}\n`);
}

function versionOf(text: string): number | undefined {
  try {
    const value = JSON.parse(text) as { format?: unknown; version?: unknown } | null;
    if (value?.format === FORMAT.format && typeof value.version === "number") return value.version;
  } catch {
    // What is no JSON names no version.
  }
  return undefined;
}
