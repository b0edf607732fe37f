import { fork } from "node:child_process";
import { once } from "node:events";

/** What a process can be asked to do: plain data in, plain data out. */
export type Tasks = Readonly<Record<string, (input: never) => unknown>>;

/** A separate process, which does one task at a time. */
export interface WorkerProcess<T extends Tasks> extends AsyncDisposable {
  ask<K extends keyof T & string>(task: K, input: Parameters<T[K]>[0]): Promise<Answer<T[K]>>;
}

type Answer<T extends Tasks[string]> = Awaited<ReturnType<T>>;

type Reply = { readonly result: unknown } | { readonly error: string };

const HEAP_MB = 12_000;

interface WorkerOptions {
  /** The size of its heap, in MB; `"default"`: Node's default. Default 12,000. */
  readonly heapMb?: number | "default";
}

/** Starts a module that calls `serve`; its process ends with this one at the latest. */
export function startWorker<T extends Tasks>(
  module: string,
  { heapMb = HEAP_MB }: WorkerOptions = {},
): WorkerProcess<T> {
  const heap = heapMb === "default" ? [] : [`--max-old-space-size=${heapMb}`];
  const child = fork(module, [], {
    execArgv: ["--conditions=@mem/source", "--expose-gc", ...heap],
    // What a peer prints on standard output is not part of the report.
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const exited = once(child, "exit");
  const ask = async (task: string, input: unknown): Promise<unknown> => {
    if (!child.connected) throw new Error(`${module} has ended before ${task}`);
    child.send({ task, input });
    const reply = await Promise.race([
      once(child, "message").then(([message]) => message as Reply),
      exited.then(([code, signal]) => ({
        error: `the process ended with ${String(signal ?? code)} during ${task}`,
      })),
    ]);
    if ("error" in reply) throw new Error(reply.error);
    return reply.result;
  };
  return {
    ask: ask as WorkerProcess<T>["ask"],
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** Makes this process do tasks for its parent. */
export function serve(tasks: Tasks): void {
  process.on("message", (message) => {
    const { task, input } = message as { task: string; input: never };
    void answer(tasks[task] as Tasks[string], input).then((reply) => process.send?.(reply));
  });
  process.on("disconnect", () => process.exit());
}

async function answer(task: Tasks[string], input: never): Promise<Reply> {
  try {
    return { result: await task(input) };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
