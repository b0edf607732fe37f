import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, statfsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mountMemory } from "./disks.ts";

/** A folder whose free space can be taken away and given back. */
export interface Room extends Disposable {
  readonly folder: string;
  /** Leaves a process only this many bytes. */
  take(bytes: number, pid: number): void;
  give(pid: number): void;
}

const DISK_BYTES = 64 << 20;

export function whyNoLimits(): string | undefined {
  if (spawnSync("prlimit", ["--version"]).status === 0) return undefined;
  return "it needs prlimit to limit the size of files, or root to fill a disk";
}

/** A small disk in memory, and a file that fills it. */
export function fillDisk(folder: string, diskBytes: number = DISK_BYTES): Room {
  const mount = mountMemory(folder, diskBytes);
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
        // A process has taken the space meanwhile: the disk is all the fuller.
        if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
      }
    },
    give() {
      rmSync(ballast, { force: true });
    },
    [Symbol.dispose]: () => mount[Symbol.dispose](),
  };
}

/** Limits the size of every file that a process writes: to that of the largest one, plus the given bytes. */
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

/** Sets only the soft limit, which can be lifted again. */
function setLimit(pid: number, bytes: string): void {
  execFileSync("prlimit", [`--pid=${pid}`, `--fsize=${bytes}:unlimited`]);
}

function largestFile(folder: string): number {
  let largest = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    // The file may be gone by now.
    const stats = statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false });
    largest = Math.max(largest, stats?.size ?? 0);
  }
  return largest;
}
