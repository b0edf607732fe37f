import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export interface Program {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  /** Everything that the program prints; resolves when it has ended. */
  readonly output: Promise<string>;
  /** Resolves when the process is gone. */
  readonly ended: Promise<unknown>;
}

/** Starts a program of `test/programs` in a process of its own, which does not outlive the test. */
export function startProgram(
  name: string,
  args: readonly (string | number)[],
  limits: { fileSizeKiB?: number; openFiles?: number; threads?: number } = {},
): Program {
  const path = fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url));
  const command = [process.execPath, "--conditions=@mem/source", path, ...args.map(String)];
  const { fileSizeKiB, openFiles, threads } = limits;
  // POSIX counts blocks of 512 bytes.
  const limit = [
    fileSizeKiB === undefined ? "" : `ulimit -f ${fileSizeKiB * 2};`,
    openFiles === undefined ? "" : `ulimit -n ${openFiles};`,
    threads === undefined ? "" : `export UV_THREADPOOL_SIZE=${threads};`,
  ].join(" ");
  const child = spawn("sh", ["-c", `${limit} exec "$@"`, "sh", ...command], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  return { child, output: text(child.stdout), ended };
}

/** Resolves when the condition holds; fails after twenty seconds. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error("The condition did not come true in 20 s");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
