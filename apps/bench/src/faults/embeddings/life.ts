import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { readLine, type LabLine } from "./lab-lines.ts";

const DEADLINE_MS = 120_000;

export interface Life {
  readonly lines: readonly LabLine[];
  /** All output of the process. */
  readonly output: string;
  /** Whether it got as far as intended. */
  readonly isComplete: boolean;
}

/** Whether a process that printed these lines may be killed now. */
export type LifeEnd = (lines: readonly LabLine[]) => boolean;

/** Runs a process until `isEnough` is true, then kills it. */
export async function liveAndDie(
  module: "saving-process" | "reembedding-process",
  task: object,
  isEnough: LifeEnd,
): Promise<Life> {
  const program = join(import.meta.dirname, `${module}.ts`);
  const child = spawn(
    process.execPath,
    ["--conditions=@mem/source", "--no-warnings", program, JSON.stringify(task)],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const exited = once(child, "exit");
  const lines: LabLine[] = [];
  let output = "";
  child.stderr.on("data", (data) => (output += String(data)));
  createInterface({ input: child.stdout }).on("line", (text) => {
    output += text;
    const line = readLine(text);
    if (line !== undefined) lines.push(line);
  });
  const startedAt = performance.now();
  const isAlive = (): boolean =>
    child.exitCode === null && performance.now() - startedAt < DEADLINE_MS;
  try {
    while (!isEnough(lines) && isAlive()) await delay(5);
    return { lines, output, isComplete: isEnough(lines) };
  } finally {
    child.kill("SIGKILL");
    await exited;
  }
}
