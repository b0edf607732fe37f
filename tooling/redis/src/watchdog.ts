import { spawn } from "node:child_process";

/**
 * Sees to it that a process does not outlive this one, however this one ends: a shell reads from
 * a pipe, and when the pipe breaks it kills the process and removes its folder. Returns the
 * function that calls it off.
 */
export function watch(pid: number, folder: string | undefined): () => void {
  const script = 'read -r _ || { kill -9 "$1"; [ -z "$2" ] || rm -rf "$2"; }';
  const shell = spawn("/bin/sh", ["-c", script, "watchdog", String(pid), folder ?? ""], {
    // Out of the terminal's process group, so that Ctrl-C does not reach it first.
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  shell.unref();
  // One that is gone already need not be called off.
  shell.stdin.on("error", () => undefined);
  return () => {
    shell.stdin.end("called off\n");
  };
}
