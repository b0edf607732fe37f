import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { syncDirectory } from "@mem/append-log";
import { asideOf } from "../folder/aside.ts";

/**
 * Puts a whole file in place, so that after a crash or a power cut there is either the old one or the new one. Only for
 * the holder of the folder's lock: replaces what a killed process left aside. Resolves with the result of `fill`.
 */
export async function putInPlace<T>(
  path: string,
  fill: (handle: FileHandle) => Promise<T>,
): Promise<T> {
  const aside = asideOf(path);
  await rm(aside, { force: true });
  const handle = await open(aside, "wx");
  let filled: T;
  try {
    try {
      filled = await fill(handle);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(aside, path);
  } catch (error) {
    // If this fails too, the first failure is the one to report.
    await rm(aside, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncDirectory(dirname(path));
  return filled;
}
