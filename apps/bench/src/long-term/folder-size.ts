import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface Footprint {
  readonly bytes: number;
  readonly files: number;
}

export interface Rest {
  /** The folder is at rest when nothing has changed for this long. */
  readonly quietMs: number;
  /** The longest wait. */
  readonly patienceMs: number;
}

const LOOK_MS = 250;

/** What a folder holds once the process that works on it has come to rest. */
export async function rested(folder: string, { quietMs, patienceMs }: Rest): Promise<Footprint> {
  const start = performance.now();
  let last = lookAt(folder);
  let since = start;
  while (performance.now() - since < quietMs && performance.now() - start < patienceMs) {
    await sleep(LOOK_MS);
    const now = lookAt(folder);
    if (now.bytes !== last.bytes || now.files !== last.files) since = performance.now();
    last = now;
  }
  return last;
}

/** Looks at all files below a folder. A file may be removed meanwhile. */
export function lookAt(folder: string): Footprint {
  let bytes = 0;
  let files = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const stats = lstatSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false });
    if (stats === undefined) continue;
    bytes += stats.size;
    files++;
  }
  return { bytes, files };
}
