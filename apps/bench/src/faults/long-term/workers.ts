import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { JournalReader, type Attempt } from "./journal.ts";
import { undoAtTheLatest } from "./leftovers.ts";
import type { Answer, Order, WorkerTask } from "./worker-task.ts";

const MODULE = join(import.meta.dirname, "worker.ts");
const DEADLINE_MS = 60_000;

/** A process that did not answer in a minute. */
export class StuckError extends Error {}

/** A process of the lab, seen from outside. */
export class Worker implements Disposable {
  readonly task: WorkerTask;
  readonly #child: ChildProcess;
  readonly #journal: JournalReader;
  readonly #leftover: Disposable;
  readonly #exited: Promise<unknown>;
  #errors = "";

  /** `tracer`: a command that starts the process and stays beside it. */
  constructor(task: WorkerTask, tracer: readonly string[] = []) {
    this.task = task;
    const [execPath, ...before] = [...tracer, process.execPath];
    this.#child = fork(MODULE, [JSON.stringify(task)], {
      ...(execPath !== undefined && { execPath }),
      execArgv: [...before, "--conditions=@mem/source", "--no-warnings"],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#child.stderr?.on("data", (data) => (this.#errors += String(data)));
    this.#exited = once(this.#child, "exit");
    this.#journal = new JournalReader(task.journal);
    this.#leftover = undoAtTheLatest(() => this.#child.kill("SIGKILL"));
    // An order to a process that was just killed.
    this.#child.on("error", () => undefined);
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What it said before it ended by itself; `undefined`: it lives, or was killed. */
  get lastWords(): string | undefined {
    const { exitCode, signalCode } = this.#child;
    if (exitCode === null && (signalCode === null || signalCode === "SIGKILL")) return undefined;
    return `ended by itself with ${exitCode ?? signalCode}: ${this.#errors.slice(-500)}`;
  }

  order(order: Order): void {
    if (this.#child.connected) this.#child.send(order);
  }

  /** Resolves when it was answered for the first time, or is dead. */
  async acknowledged(): Promise<void> {
    const began = performance.now();
    while (this.isAlive && !this.#journal.hasAnswers()) {
      if (performance.now() - began > DEADLINE_MS) throw this.#late("acknowledge", DEADLINE_MS);
      await delay(5);
    }
  }

  /** Lets what is under way end. */
  async rest(): Promise<void> {
    await this.#ask("rest", "resting");
  }

  /** Resolves when it has done all it was told to. */
  async rested(): Promise<void> {
    await this.#answer("resting", 10 * DEADLINE_MS);
  }

  /** All that it sees. */
  async report(): Promise<string> {
    const answer = await this.#ask("report", "report");
    return answer?.is === "report" ? answer.state : "";
  }

  async end(): Promise<void> {
    this.order("end");
    await this.#withDeadline(this.#exited, "end", DEADLINE_MS);
  }

  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#child.kill(signal);
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  /** Waits for its end; `false`: it still lives. */
  async endsWithin(ms: number): Promise<boolean> {
    await Promise.race([this.#exited, delay(ms, undefined, { ref: false })]);
    return !this.isAlive;
  }

  /** What it has tried since the last call, and was answered; when it is dead also what it was not. */
  attempts(): Attempt[] {
    return this.#journal.read(!this.isAlive);
  }

  [Symbol.dispose](): void {
    this.#leftover[Symbol.dispose]();
  }

  #ask(order: Order, is: Answer["is"]): Promise<Answer | undefined> {
    this.order(order);
    return this.#answer(is, DEADLINE_MS);
  }

  /** `undefined`: it is dead. */
  async #answer(is: Answer["is"], ms: number): Promise<Answer | undefined> {
    if (!this.isAlive) return undefined;
    const { promise, resolve, reject } = Promise.withResolvers<Answer | undefined>();
    const listen = (message: unknown): void => {
      const answer = message as Answer;
      if (answer.is === "failing") reject(new Error(answer.message));
      else if (answer.is === is) resolve(answer);
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
    return new StuckError(`${this.task.name} did not answer in ${ms / 1000} s: ${what}`);
  }
}
