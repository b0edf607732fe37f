import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { undoAtTheLatest } from "./leftovers.ts";

/** Why no file system can be mounted here; `undefined` if one can. */
export function whyNoMounts(): string | undefined {
  if (process.platform !== "linux") return "it mounts file systems, which needs Linux";
  if (process.getuid?.() !== 0) return "it mounts file systems, which needs root";
  return undefined;
}

/** Mounts a file system in memory, of this many bytes. */
export function mountMemory(at: string, bytes: number): Disposable {
  mkdirSync(at, { recursive: true });
  run("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", at]);
  return undoAtTheLatest(() => unmount(at));
}

/** Makes a file that holds an ext4 file system. */
export function makeDisk(image: string, bytes: number): void {
  writeFileSync(image, "");
  truncateSync(image, bytes);
  run("mkfs.ext4", ["-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", image]);
}

/** Mounts the file system that a file holds. */
export function mountDisk(image: string, at: string): Disposable {
  mkdirSync(at, { recursive: true });
  run("mount", ["-o", "loop", image, at]);
  return undoAtTheLatest(() => unmount(at));
}

/**
 * Copies the image of a mounted file system: the state that a power cut at that moment would leave. No process may be
 * writing; if the kernel writes during a copy, the copy is discarded, as it shows no single moment.
 */
export async function copyAtOneMoment(image: string, at: string, to: string): Promise<void> {
  const device = run("findmnt", ["-n", "-o", "SOURCE", at]).trim().replace("/dev/", "");
  const written = (): string => {
    const fields = readFileSync(`/sys/block/${device}/stat`, "utf8").trim().split(/\s+/);
    // Completed writes, and requests in progress.
    return `${fields[4]} ${fields[8]}`;
  };
  for (let attempt = 1; ; attempt++) {
    const before = written();
    if (before.endsWith(" 0")) {
      copyFileSync(image, to);
      if (written() === before) return;
    }
    if (attempt === 100) throw new Error(`${image} does not come to rest`);
    rmSync(to, { force: true });
    await delay(5);
  }
}

function unmount(at: string): void {
  try {
    run("umount", [at]);
  } catch {
    // A process still uses it: it is unmounted when that process ends.
    run("umount", ["-l", at]);
  }
}

function run(command: string, args: readonly string[]): string {
  return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
