import { statSync } from "node:fs";
import type { RecordFile, RecordFolder } from "../folder/record-folder.ts";

/** The names and identities of an agent's files: the same text as long as nobody rotates, closes, erases or drops. */
export async function layoutOf(folder: RecordFolder, file: RecordFile): Promise<string> {
  const { earlier, current } = await folder.segmentsOf(file);
  const files = earlier.map(({ path }) => [path, statSync(path, { throwIfNoEntry: false })?.ino]);
  return JSON.stringify([files, current?.ino]);
}
