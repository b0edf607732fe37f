import { type ChildProcess, spawn } from "node:child_process";
import type { Writable } from "node:stream";

/**
 * A shell that starts a guard and becomes the program, with the same process id. The guard reads from a pipe; when that
 * breaks, it kills the program and removes its folder. It starts before the program, so the program is never without
 * it.
 */
const script = `
folder=$1; shift
{ read -r _ <&3 || { kill -9 $$; [ -z "$folder" ] || rm -rf "$folder"; }; } >/dev/null 2>&1 &
exec "$@" 3<&-
`;

/** Runs a program that does not outlive this process, however this one ends; its folder is then removed, too. */
export function spawnWatched(
  command: readonly string[],
  folder: string | undefined,
  { cwd, output }: { cwd: string; output: number },
): ChildProcess {
  const child = spawn("/bin/sh", ["-c", script, "watchdog", folder ?? "", ...command], {
    cwd,
    // Outside the terminal's process group: the process that started it handles Ctrl-C.
    detached: true,
    stdio: ["ignore", output, output, "pipe"],
  });
  const guard = child.stdio[3] as Writable;
  // A guard that is already gone need not be called off.
  guard.on("error", () => undefined);
  child.once("exit", () => guard.end("called off\n"));
  return child;
}
