import { access, constants } from "node:fs/promises";
import { dirname } from "node:path";
import type { MemoryError } from "@mem/core";
import { storageError } from "./storage-error.ts";

/** Why a file can't be replaced, as far as can be told without writing: replacing it takes a new file in its folder. */
export async function folderRefusal(path: string): Promise<MemoryError | undefined> {
  try {
    await access(dirname(path), constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return storageError(error);
  }
}
