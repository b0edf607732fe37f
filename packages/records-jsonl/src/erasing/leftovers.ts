import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { syncDirectory, systemCode } from "@mem/append-log";
import { originalOf } from "../folder/aside.ts";
import type { RecordFile } from "../folder/record-folder.ts";
import { parseSegmentName } from "../folder/segment-names.ts";

/** Temporary files beside an agent's files, left by a process that was killed while it put a file in place. */
export async function leftovers({ folder, name, stem }: RecordFile): Promise<string[]> {
  const entries = await readdir(folder).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return [];
    throw error;
  });
  return entries.filter((entry) => {
    const original = originalOf(entry);
    if (original === undefined) return false;
    return original === name || parseSegmentName(original)?.stem === stem;
  });
}

/** Only under the folder's lock: then nobody is still writing such a file. */
export async function removeLeftovers(file: RecordFile): Promise<void> {
  const names = await leftovers(file);
  if (names.length === 0) return;
  for (const name of names) await rm(join(file.folder, name), { force: true });
  await syncDirectory(file.folder);
}
