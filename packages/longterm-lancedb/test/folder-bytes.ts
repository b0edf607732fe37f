import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Every file of a folder, by its path; files that vanish meanwhile are left out. */
export async function filesOf(folder: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile()) continue;
    const content = await readFile(path).catch(ignoreVanished);
    if (content !== undefined) files.set(path, content);
  }
  return files;
}

/** The files whose names or content contain these bytes. */
export async function filesWith(folder: string, bytes: string | Buffer): Promise<string[]> {
  const found = [...(await filesOf(folder))].filter(
    ([path, content]) =>
      content.includes(bytes) || (typeof bytes === "string" && path.includes(bytes)),
  );
  return found.map(([path]) => path.slice(folder.length + 1));
}

export async function hashOf(folder: string): Promise<string> {
  const hash = createHash("sha256");
  const files = await filesOf(folder);
  for (const path of [...files.keys()].toSorted()) {
    const content = files.get(path) ?? Buffer.alloc(0);
    hash.update(JSON.stringify([path, content.length])).update(content);
  }
  return hash.digest("hex");
}

function ignoreVanished(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
