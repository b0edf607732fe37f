import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { undoAtTheLatest } from "./leftovers.ts";

export const DEADLINE_MS = 60_000;

/** A process did not answer within a minute. */
export class StuckError extends Error {}

export interface LabProcessOptions {
  readonly module: string;
  /** Its name in findings. */
  readonly name: string;
  /** Its task, as plain data. */
  readonly task: object;
  /** A command that starts the process and stays beside it. */
  readonly tracer?: readonly string[];
}

/** A message that a process may send at any time, unasked. */
interface Failing {
  readonly is: "failing";
  readonly message: string;
}

/** The lab's handle on one of its processes, which takes orders and answers with messages that have an `is`. */
export class LabProcess<Answer extends { readonly is: string }> implements Disposable {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #leftover: Disposable;
  readonly #exited: Promise<unknown>;
  #errors = "";

  constructor({ module, name, task, tracer = [] }: LabProcessOptions) {
    this.name = name;
    const [execPath, ...before] = [...tracer, process.execPath];
    this.#child = fork(module, [JSON.stringify(task)], {
      ...(execPath !== undefined && { execPath }),
      execArgv: [...before, "--conditions=@mem/source", "--no-warnings"],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#child.stderr?.on("data", (data) => (this.#errors += String(data)));
    this.#exited = once(this.#child, "exit");
    this.#leftover = undoAtTheLatest(() => this.#child.kill("SIGKILL"));
    // An order was sent to a process that has just been killed.
    this.#child.on("error", () => undefined);
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** How it ended by itself, and what it printed last; `undefined` if it is alive or was killed. */
  get lastWords(): string | undefined {
    const { exitCode, signalCode } = this.#child;
    if (exitCode === null && (signalCode === null || signalCode === "SIGKILL")) return undefined;
    return `ended by itself with ${exitCode ?? signalCode}: ${this.#errors.slice(-500)}`;
  }

  order(order: string): void {
    if (this.#child.connected) this.#child.send(order);
  }

  async end(): Promise<void> {
    this.order("end");
    await this.#withDeadline(this.#exited, "end", DEADLINE_MS);
  }

  signal(signal: "SIGSTOP" | "SIGCONT" | "SIGTERM"): void {
    this.#child.kill(signal);
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  /** Waits for it to end; resolves with `false` if it is still alive. */
  async endsWithin(ms: number): Promise<boolean> {
    await Promise.race([this.#exited, delay(ms, undefined, { ref: false })]);
    return !this.isAlive;
  }

  [Symbol.dispose](): void {
    this.#leftover[Symbol.dispose]();
  }

  /** Resolves when `isSo` is true, or when the process is dead. */
  protected async until(isSo: () => boolean, what: string): Promise<void> {
    const began = performance.now();
    while (this.isAlive && !isSo()) {
      if (performance.now() - began > DEADLINE_MS) throw this.#late(what, DEADLINE_MS);
      await delay(5);
    }
  }

  protected ask(order: string, is: Answer["is"]): Promise<Answer | undefined> {
    this.order(order);
    return this.answer(is, DEADLINE_MS);
  }

  /** Resolves with `undefined` if the process is dead. */
  protected async answer(is: Answer["is"], ms: number): Promise<Answer | undefined> {
    if (!this.isAlive) return undefined;
    const { promise, resolve, reject } = Promise.withResolvers<Answer | undefined>();
    const listen = (message: unknown): void => {
      const answer = message as Answer | Failing;
      if (answer.is === "failing") reject(new Error((answer as Failing).message));
      else if (answer.is === is) resolve(answer as Answer);
    };
    this.#child.on("message", listen);
    void this.#exited.then(() => resolve(undefined));
    try {
      return await this.#withDeadline(promise, is, ms);
    } finally {
      this.#child.off("message", listen);
    }
  }

  async #withDeadline<T>(promise: Promise<T>, what: string, ms: number): Promise<T> {
    const controller = new AbortController();
    const late = delay(ms, undefined, { signal: controller.signal }).then(() => {
      throw this.#late(what, ms);
    });
    late.catch(() => undefined);
    try {
      return await Promise.race([promise, late]);
    } finally {
      controller.abort();
    }
  }

  #late(what: string, ms: number): StuckError {
    return new StuckError(`${this.name} did not answer in ${ms / 1000} s: ${what}`);
  }
}
