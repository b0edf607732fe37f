import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, statfsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mountMemory } from "./disks.ts";

/** A folder whose room can be taken away and given back. */
export interface Room extends Disposable {
  readonly folder: string;
  /** Leaves a process so many bytes. */
  take(bytes: number, pid: number): void;
  give(pid: number): void;
}

const DISK_BYTES = 64 << 20;

export function whyNoLimits(): string | undefined {
  if (spawnSync("prlimit", ["--version"]).status === 0) return undefined;
  return "it limits the size of files, which needs prlimit, or fills a disk, which needs root";
}

/** A small disk in memory, and a file that fills it. */
export function fillDisk(folder: string): Room {
  const mount = mountMemory(folder, DISK_BYTES);
  const ballast = join(folder, "ballast");
  return {
    folder,
    take(bytes) {
      const { bavail, bsize } = statfsSync(folder);
      const size = bavail * bsize - bytes;
      if (size <= 0) return;
      try {
        writeFileSync(ballast, Buffer.alloc(size));
      } catch (error) {
        // A process took the room meanwhile: all the fuller.
        if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
      }
    },
    give() {
      rmSync(ballast, { force: true });
    },
    [Symbol.dispose]: () => mount[Symbol.dispose](),
  };
}

/** A bound of the size of every file that a process writes: its largest one and so much more. */
export function limitFiles(folder: string): Room {
  mkdirSync(folder, { recursive: true });
  return {
    folder,
    take(bytes, pid) {
      setLimit(pid, String(largestFile(folder) + bytes));
    },
    give(pid) {
      setLimit(pid, "unlimited");
    },
    [Symbol.dispose]: () => undefined,
  };
}

/** The soft limit: who has it may lift it again. */
function setLimit(pid: number, bytes: string): void {
  execFileSync("prlimit", [`--pid=${pid}`, `--fsize=${bytes}:unlimited`]);
}

function largestFile(folder: string): number {
  let largest = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    // It may be gone by now.
    const stats = statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false });
    largest = Math.max(largest, stats?.size ?? 0);
  }
  return largest;
}
