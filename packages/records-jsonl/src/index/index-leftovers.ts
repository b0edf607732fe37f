import { lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { originalOf } from "../folder/aside.ts";

/** Nobody is still writing a file that was not touched for this long, in ms. */
const LEFT_MS = 60_000;
/** Minimum time between two searches of a folder, in ms: it may have the indexes of ten thousand agents' segments. */
const INTERVAL_MS = 60_000;
/** Maximum number of folders, each a tenant's, whose last search is remembered. */
const MAX_FOLDERS = 1024;

/** Removes the temporary files left in index folders by processes that were killed while they wrote one. */
export class IndexLeftovers {
  /** When each folder was last searched. */
  readonly #visits = new Map<string, number>();

  /** Does nothing if the folder was searched a moment ago. */
  async remove(folder: string): Promise<void> {
    const now = performance.now();
    const latest = this.#visits.get(folder);
    if (latest !== undefined && now - latest < INTERVAL_MS) return;
    this.#visits.delete(folder);
    this.#visits.set(folder, now);
    const [oldest] = this.#visits.keys();
    if (this.#visits.size > MAX_FOLDERS && oldest !== undefined) this.#visits.delete(oldest);
    for (const name of await readdir(folder)) {
      if (originalOf(name) === undefined) continue;
      const leftover = join(folder, name);
      const stats = await lstat(leftover).catch(() => undefined);
      if (stats === undefined || stats.mtimeMs >= Date.now() - LEFT_MS) continue;
      await rm(leftover, { force: true });
    }
  }
}
