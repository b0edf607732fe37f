import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { LongTermStore } from "@mem/core";
import { onTestFinished } from "vitest";
import type { LanceDbStoreOptions } from "../src/index.ts";

type Method =
  | "get"
  | "save"
  | "delete"
  | "list"
  | "count"
  | "search"
  | "flush"
  | "health"
  | "stats"
  | "erase"
  | "close";
type Arguments<M extends Method> = Parameters<LongTermStore[M]>;
type Result<M extends Method> = Awaited<ReturnType<LongTermStore[M]>>;

export type ProcessOptions = Pick<LanceDbStoreOptions, "maxUnflushedBytes"> & {
  /** The length of an embedder's vectors. */
  readonly dimensions?: number;
};

/** A call to a store in another process. */
export interface Call {
  readonly id: number;
  readonly method: Method;
  readonly args: readonly unknown[];
}

export interface Reply {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: { readonly code: string; readonly message: string; readonly outcome: string };
}

/** A store in a process of its own, which can be paused at any moment and ends with the test at the latest. */
export class StoreProcess {
  readonly #child: ChildProcess;
  readonly #open = new Map<number, PromiseWithResolvers<unknown>>();
  #calls = 0;

  constructor(uri: string, options: ProcessOptions = {}) {
    const path = fileURLToPath(new URL("processes/serve-store.ts", import.meta.url));
    this.#child = fork(path, [uri, JSON.stringify(options)], {
      execArgv: ["--conditions=@mem/source", "--no-warnings"],
    });
    this.#child.on("message", (reply: Reply) => this.#settle(reply));
    this.#child.on("exit", () => {
      for (const { reject } of this.#open.values()) reject(new Error("the process has ended"));
    });
    onTestFinished(() => this.kill());
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  call<M extends Method>(method: M, ...args: Arguments<M>): Promise<Result<M>> {
    const id = this.#calls++;
    const answer = Promise.withResolvers<unknown>();
    // The process may be killed while nobody waits.
    answer.promise.catch(() => undefined);
    this.#open.set(id, answer);
    this.#child.send({ id, method, args } satisfies Call);
    return answer.promise as Promise<Result<M>>;
  }

  /** Pauses the process wherever it is, until it is resumed. */
  pause(): void {
    this.#child.kill("SIGSTOP");
  }

  resume(): void {
    this.#child.kill("SIGCONT");
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }

  #settle({ id, result, error }: Reply): void {
    const answer = this.#open.get(id);
    this.#open.delete(id);
    if (error === undefined) answer?.resolve(result);
    else answer?.reject(Object.assign(new Error(error.message), error));
  }
}
