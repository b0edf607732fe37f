import { readdirSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";

/**
 * Syncs what is new in a folder since the last call: the files, then the folders that name them. LanceDB syncs nothing
 * by itself, so its users have to.
 */
export class FileSync {
  readonly #folder: string;
  #known = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async sync(): Promise<void> {
    const present = new Set<string>();
    const files: string[] = [];
    const folders = new Set<string>();
    for (const entry of readdirSync(this.#folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      present.add(path);
      if (this.#known.has(path)) continue;
      folders.add(entry.parentPath);
      if (entry.isDirectory()) folders.add(path);
      else files.push(path);
    }
    this.#known = present;
    await Promise.all(files.map(syncPath));
    await Promise.all([...folders].map(syncPath));
  }
}

async function syncPath(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
