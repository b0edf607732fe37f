import { type ChildProcess, spawn } from "node:child_process";
import type { Writable } from "node:stream";

/**
 * A shell that leaves a guard behind and becomes the program, with the same process id. The guard reads from a pipe,
 * and when that breaks it kills the program and removes its folder. It is there before the program, so that there is
 * no moment at which the program could be left alone.
 */
const script = `
folder=$1; shift
{ read -r _ <&3 || { kill -9 $$; [ -z "$folder" ] || rm -rf "$folder"; }; } >/dev/null 2>&1 &
exec "$@" 3<&-
`;

/** Runs a program that does not outlive this process, however this one ends; then its folder goes too. */
export function spawnWatched(
  command: readonly string[],
  folder: string | undefined,
  { cwd, output }: { cwd: string; output: number },
): ChildProcess {
  const child = spawn("/bin/sh", ["-c", script, "watchdog", folder ?? "", ...command], {
    cwd,
    // Out of the terminal's process group: Ctrl-C is for the one who started it to handle.
    detached: true,
    stdio: ["ignore", output, output, "pipe"],
  });
  const guard = child.stdio[3] as Writable;
  // One that is gone already need not be called off.
  guard.on("error", () => undefined);
  child.once("exit", () => guard.end("called off\n"));
  return child;
}
