import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** A script of `processes/` in a process of its own, which ends with the test at the latest. */
export class Child {
  readonly #process: ChildProcess;
  readonly #ended: Promise<number | null>;
  #hasEnded = false;
  /** The lines it has written so far. */
  readonly lines: string[] = [];
  errors = "";

  /** `tracer`: a command that starts the process and stays beside it. */
  constructor(
    what: string | { readonly script: string; readonly tracer: readonly string[] },
    ...args: readonly string[]
  ) {
    const { script, tracer } = typeof what === "string" ? { script: what, tracer: [] } : what;
    const path = fileURLToPath(new URL(`processes/${script}.ts`, import.meta.url));
    const node = [process.execPath, "--conditions=@mem/source", "--no-warnings", path];
    const [command = "", ...before] = [...tracer, ...node];
    this.#process = spawn(command, [...before, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    this.#ended = once(this.#process, "close").then(([code]) => {
      this.#hasEnded = true;
      return code as number | null;
    });
    const { stdout, stderr } = this.#process;
    if (stdout) createInterface(stdout).on("line", (line) => this.lines.push(line));
    stderr?.on("data", (data) => (this.errors += String(data)));
    onTestFinished(() => this.kill());
  }

  /** Resolves once the script has written `count` lines or has ended. */
  async wrote(count: number): Promise<void> {
    while (this.lines.length < count && !this.#hasEnded) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Uses `SIGKILL`, so that nothing of it can still run. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#ended;
  }

  /** Resolves with its exit code, or `null` if it was killed. */
  ended(): Promise<number | null> {
    return this.#ended;
  }
}
