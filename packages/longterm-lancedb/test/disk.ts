import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A file system of twelve megabytes; `undefined` if this process may not make one. */
export async function smallDisk(): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "mem-small-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=12m", "tmpfs", folder], { stdio: "ignore" });
  } catch {
    await rm(folder, { recursive: true });
    return undefined;
  }
  onTestFinished(async () => {
    execFileSync("umount", ["--lazy", folder]);
    await rm(folder, { recursive: true });
  });
  return folder;
}

/** Remounts it; with `"ro"`, it takes no more writes. */
export function remount(disk: string, how: "ro" | "rw"): void {
  execFileSync("mount", ["-o", `remount,${how}`, disk]);
}
