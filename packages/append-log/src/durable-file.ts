import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

import { systemError } from "./log-error.ts";

/**
 * Replaces a file so that after a crash or a power cut it has either the old content or the new, never
 * a mixture: writes a temporary file beside it, fsync, rename, fsync of the folder.
 */
export async function writeFileDurably(path: string, data: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    // Where this fails too, the first failure is the one to tell.
    await rm(temporary, { force: true }).catch(() => undefined);
    throw systemError(cause, `write ${path}`);
  }
  await syncDirectory(dirname(path));
}

/** Syncs a folder: makes the creation, renaming and removal of files in it durable. */
export async function syncDirectory(path: string): Promise<void> {
  // Windows can't open a folder; there a rename is durable with the file's own flush.
  if (process.platform === "win32") return;
  try {
    await using folder = await open(path, "r");
    await folder.sync();
  } catch (cause) {
    throw systemError(cause, `put the names in ${path} on disk`, "unknown");
  }
}
