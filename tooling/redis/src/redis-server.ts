import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { findRedisServer } from "./find-redis-server.ts";
import { pickPort } from "./free-port.ts";
import type { RedisBinary } from "./redis-binary.ts";
import { end, hasEnded, launch, type LaunchOptions, PortTakenError } from "./redis-process.ts";
import { type Reply, sendCommand } from "./resp.ts";

export interface StartRedisOptions {
  /** Additional arguments of the program, such as `["--maxmemory", "10mb"]`. */
  args?: readonly string[];
  /** The text of a settings file, for a program that keeps its state in it. */
  config?: string;
  /** The working folder, kept when the server stops. Default: a temporary one, which is removed. */
  dir?: string;
  /** A loopback port. Default: a free one. */
  port?: number;
  /** The program to run. Default: what `findRedisServer()` finds. */
  binary?: RedisBinary;
}

/** A private server on a loopback port. */
export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** The id of the running process; changes with `restart()`. */
  readonly pid: number;
  readonly version: string;
  readonly dir: string;
  /** Sends one command on a connection of its own; an error reply rejects. */
  command(...command: string[]): Promise<Reply>;
  /** Stops it as an operator would and removes its temporary folder; may be called again. */
  stop(): Promise<void>;
  /** Ends the process at once, by default with `SIGKILL`, and keeps the folder. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts the program anew on the same port and folder, after stopping it if it runs. */
  restart(): Promise<void>;
  /** Freezes the process: connections stay open, and nothing answers. */
  pause(): void;
  /** Continues a frozen process. */
  resume(): void;
}

const portAttempts = 5;

/**
 * Starts a private server and resolves when it answers, proven to be the process started here.
 * It keeps nothing on disk unless `args` ask for it, and ends with this process at the latest.
 */
export async function startRedis(options: StartRedisOptions = {}): Promise<RedisServer> {
  const binary = options.binary ?? (await findRedisServer());
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), "mem-redis-")));
  const disposableDir = options.dir === undefined;
  try {
    const configFile = await writeConfig(dir, options.config);
    const plan = { binary, dir, disposableDir, configFile, args: options.args ?? [] };
    for (let attempt = 1; ; attempt += 1) {
      const launchOptions = { ...plan, port: options.port ?? (await pickPort()) };
      try {
        return new PrivateRedis(launchOptions, await launch(launchOptions));
      } catch (error) {
        const mayRetry = options.port === undefined && attempt < portAttempts;
        if (!(mayRetry && error instanceof PortTakenError)) throw error;
      }
    }
  } catch (error) {
    if (disposableDir) await rm(dir, { recursive: true, force: true });
    throw error;
  }
}

async function writeConfig(dir: string, config: string | undefined): Promise<string | undefined> {
  if (config === undefined) return undefined;
  const file = join(dir, "server.conf");
  await writeFile(file, config);
  return file;
}

class PrivateRedis implements RedisServer {
  readonly url: string;
  readonly port: number;
  readonly version: string;
  readonly dir: string;
  readonly #launchOptions: LaunchOptions;
  #child: ChildProcess;
  #stopped = false;

  constructor(launchOptions: LaunchOptions, child: ChildProcess) {
    this.port = launchOptions.port;
    this.url = `redis://127.0.0.1:${launchOptions.port}`;
    this.version = launchOptions.binary.version;
    this.dir = launchOptions.dir;
    this.#launchOptions = launchOptions;
    this.#child = child;
  }

  get pid(): number {
    return Number(this.#child.pid);
  }

  async command(...command: string[]): Promise<Reply> {
    return await sendCommand(this.port, command);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await end(this.#child, "SIGTERM");
    if (this.#launchOptions.disposableDir) await rm(this.dir, { recursive: true, force: true });
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    await end(this.#child, signal);
  }

  async restart(): Promise<void> {
    if (this.#stopped) throw new Error("The server was stopped for good; start another one");
    await end(this.#child, "SIGTERM");
    this.#child = await launch(this.#launchOptions);
  }

  pause(): void {
    this.#signal("SIGSTOP");
  }

  resume(): void {
    this.#signal("SIGCONT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #signal(signal: NodeJS.Signals): void {
    if (hasEnded(this.#child)) throw new Error(`The server on port ${this.port} does not run`);
    this.#child.kill(signal);
  }
}
