import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import type { RedisBinary } from "./redis-binary.ts";
import { sendCommand } from "./resp.ts";
import { spawnWatched } from "./watchdog.ts";

export interface LaunchOptions {
  binary: RedisBinary;
  dir: string;
  /** Whether the folder is removed if this process dies without having stopped the server. */
  disposableDir: boolean;
  port: number;
  /** A settings file, which the program may rewrite. */
  configFile?: string | undefined;
  args: readonly string[];
}

/** Something answers on the port, but not the server that was started for it. */
export class PortTakenError extends Error {}

const startTimeoutMs = 10_000;
const stopTimeoutMs = 5_000;
const pollMs = 10;

/** Starts the program and resolves when it is proven to be the process that answers. */
export async function launch(options: LaunchOptions): Promise<ChildProcess> {
  const log = openSync(join(options.dir, "redis.log"), "a");
  const folder = options.disposableDir ? options.dir : undefined;
  const child = spawnWatched([options.binary.path, ...serverArgs(options)], folder, {
    cwd: options.dir,
    output: log,
  });
  closeSync(log);
  await once(child, "spawn");
  try {
    await proveReady(child, options.port);
    return child;
  } catch (cause) {
    await end(child, "SIGKILL");
    throw await explain(cause as Error, options);
  }
}

/** Sends a signal and waits for the process to end; kills it if it does not end in time. */
export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(child)) return;
  const exit = once(child, "exit");
  // A frozen process has to continue before it can handle a signal.
  child.kill("SIGCONT");
  child.kill(signal);
  const timer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
  await exit;
  clearTimeout(timer);
}

export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function serverArgs({ binary, port, configFile, args }: LaunchOptions): string[] {
  const settings = { port: String(port), bind: "127.0.0.1", save: "", appendonly: "no" };
  const isAtLeast7 = Number.parseInt(binary.version, 10) >= 7;
  // Older servers always allow DEBUG and do not know the setting.
  const debug = isAtLeast7 ? { "enable-debug-command": "local" } : {};
  const file = configFile === undefined ? [] : [configFile];
  return [...file, ...toArgs({ ...settings, ...debug }), ...args];
}

/** Formats settings for a server's command line. */
export function toArgs(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

async function proveReady(child: ChildProcess, port: number): Promise<void> {
  const deadline = performance.now() + startTimeoutMs;
  for (;;) {
    if (hasEnded(child)) throw new Error("the program ended before it answered");
    try {
      const pid = await askProcessId(port);
      if (pid !== child.pid) {
        throw new PortTakenError(
          `port ${port} is answered by process ${pid}, not by the server started here (${child.pid})`,
        );
      }
      await sendCommand(port, ["PING"]);
      return;
    } catch (error) {
      // Not listening yet, or still loading its data.
      if (error instanceof PortTakenError) throw error;
      if (performance.now() > deadline) {
        const seconds = startTimeoutMs / 1000;
        throw new Error(`it did not answer within ${seconds} s (${String(error)})`, {
          cause: error,
        });
      }
    }
    await delay(pollMs);
  }
}

async function askProcessId(port: number): Promise<number> {
  const info = await sendCommand(port, ["INFO", "server"]);
  return Number(/^process_id:(\d+)/m.exec(String(info))?.[1]);
}

/** Returns the error with the end of the server's own log, which usually has the reason. */
async function explain(cause: Error, { binary, port, dir }: LaunchOptions): Promise<Error> {
  const log = await readFile(join(dir, "redis.log"), "utf8");
  const tail = log.trimEnd().split("\n").slice(-8).join("\n");
  const message = `Could not start ${binary.path} on port ${port}: ${cause.message}\n${tail}`;
  const portTaken = cause instanceof PortTakenError || tail.includes("Address already in use");
  return new (portTaken ? PortTakenError : Error)(message, { cause });
}
