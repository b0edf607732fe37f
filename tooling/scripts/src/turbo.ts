import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";

import { linesOf } from "./lines.ts";
import { root } from "./workspace.ts";

export interface TasksRun {
  exitCode: number;
  /** Those that passed, those from the cache included. */
  passed: number;
  cached: number;
  tests: number;
}

/** The parts of a run's summary, as turbo writes it, that are used here. */
interface Summary {
  execution: { success: number; cached: number };
  tasks: { taskId: string; logFile: string; execution?: { exitCode: number | null } }[];
}

/** A line of turbo's output: its own, or one of a task's such as `@mem/core#test`. */
interface OutputLine {
  source: string;
  level: "info" | "warn" | "error" | "stdout" | "stderr";
  text: string;
}

const summaries = ".turbo/runs";

/** Runs turbo; prints one line for each package that was tested, and the log of what failed. */
export async function runTasks(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<TasksRun> {
  rmSync(join(root, summaries), { recursive: true, force: true });
  const fixed = ["--json", "--summarize", "--continue=dependencies-successful"];
  const turbo = spawn("turbo", ["run", ...fixed, "--concurrency=100%", ...args], {
    cwd: root,
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = once(turbo, "close") as Promise<[number | null]>;
  const stop = (signal: NodeJS.Signals): void => {
    turbo.kill(signal);
    // Once turbo has ended its tasks, end as this signal ends a process that does not handle it.
    turbo.once("close", () => process.kill(process.pid, signal));
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, stop);
  let tests = 0;
  for await (const line of linesOf(turbo.stdout)) {
    tests += printProgress(line);
  }
  const [exitCode] = await closed;
  const summary = readSummary();
  for (const { logFile, taskId, execution } of summary?.tasks ?? []) {
    if ((execution?.exitCode ?? 0) !== 0) printLog(taskId, join(root, logFile));
  }
  const { success = 0, cached = 0 } = summary?.execution ?? {};
  return { exitCode: exitCode ?? 1, passed: success + cached, cached, tests };
}

/** Says what passes as it passes; returns the number of tests the line tells of. */
function printProgress(line: string): number {
  const { source, level, text } = JSON.parse(line) as OutputLine;
  if (source === "turbo") {
    if (level === "error") console.error(text);
    return 0;
  }
  const [, outcome = "", total] = /^\s*Tests\s+(.*\((\d+)\))/.exec(text) ?? [];
  if (total === undefined) return 0;
  console.log(`${source.replace("#test", "").padEnd(24)} ${outcome.replace(/ \(\d+\)$/, "")}`);
  return Number(total);
}

function printLog(taskId: string, file: string): void {
  const log = readFileSync(file, "utf8").trimEnd();
  console.error(`\n--- ${taskId} failed`);
  console.error(process.stderr.isTTY ? log : stripVTControlCharacters(log));
}

function readSummary(): Summary | undefined {
  const [file] = globSync(`${summaries}/*.json`, { cwd: root });
  if (file === undefined) return undefined;
  return JSON.parse(readFileSync(join(root, file), "utf8")) as Summary;
}
