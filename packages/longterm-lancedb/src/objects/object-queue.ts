import { throwIfAborted, MemoryError } from "@mem/core";
import { setImmediate } from "node:timers/promises";
import type { Step, StepAnswer } from "./object-steps.ts";

/** Maximum number of steps in one commit. */
const STEPS_AT_ONCE = 1_000;

/** A step that waits for its turn. */
export interface QueuedStep {
  readonly step: Step;
  /** When it was accepted, on the monotonic clock. */
  readonly since: number;
  readonly resolve: (answer: StepAnswer) => void;
  readonly reject: (error: unknown) => void;
  /** Whether its caller has given up: it is not judged again. */
  isAbandoned: boolean;
}

/** Work that can't be done together with steps. */
interface QueuedTask {
  readonly run: () => Promise<void>;
}

/**
 * The order in which this process commits: one commit after the other, because conflicting commits cost seconds, and
 * the steps that wait together in one.
 */
export class ObjectQueue {
  readonly #commit: (steps: readonly QueuedStep[]) => Promise<readonly QueuedStep[]>;
  #waiting: (QueuedStep | QueuedTask)[] = [];
  #running: Promise<void> | undefined;

  /** `commit` resolves with the steps that have to be judged again; it settles all others. */
  constructor(commit: (steps: readonly QueuedStep[]) => Promise<readonly QueuedStep[]>) {
    this.#commit = commit;
  }

  /** How many steps and tasks wait. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Resolves with the answer to each step. When the signal fires, steps that have not begun are removed. */
  async steps(steps: readonly Step[], signal?: AbortSignal): Promise<StepAnswer[]> {
    throwIfAborted(signal);
    const since = performance.now();
    const queued = new Set<QueuedStep>();
    const answers = steps.map(
      (step) =>
        new Promise<StepAnswer>((resolve, reject) => {
          queued.add({ step, since, resolve, reject, isAbandoned: false });
        }),
    );
    const abort = (): void => {
      const isWhole = this.#leave(queued);
      const outcome = isWhole ? "not-applied" : "unknown";
      for (const each of queued) {
        each.isAbandoned = true;
        each.reject(abortion(signal, outcome));
      }
    };
    signal?.addEventListener("abort", abort, { once: true });
    this.#waiting.push(...queued);
    this.#start();
    try {
      return await allOf(answers);
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  /** Runs a task when its turn comes, and nothing else meanwhile. */
  task<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#waiting.push({
      run: async () => {
        try {
          throwIfAborted(signal);
          resolve(await work());
        } catch (error) {
          reject(error);
        }
      },
    });
    this.#start();
    return promise;
  }

  /** Resolves when nothing waits and nothing runs. */
  async drained(): Promise<void> {
    await this.#running;
  }

  #start(): void {
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
  }

  async #run(): Promise<void> {
    // So that everything saved in one go shares a commit.
    await setImmediate();
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if ("run" in first) {
        this.#waiting.shift();
        await first.run();
        continue;
      }
      const steps = this.#nextSteps();
      const again = await this.#commit(steps);
      this.#waiting.unshift(...again.filter(({ isAbandoned }) => !isAbandoned));
    }
  }

  #nextSteps(): QueuedStep[] {
    const steps: QueuedStep[] = [];
    for (const each of this.#waiting) {
      if ("run" in each || steps.length === STEPS_AT_ONCE) break;
      steps.push(each);
    }
    this.#waiting.splice(0, steps.length);
    return steps;
  }

  /** Removes steps from the queue; returns whether all of them were still waiting. */
  #leave(steps: ReadonlySet<QueuedStep>): boolean {
    const before = this.#waiting.length;
    this.#waiting = this.#waiting.filter((each) => "run" in each || !steps.has(each));
    return before - this.#waiting.length === steps.size;
  }
}

/** Resolves with all answers, or rejects with the first failure, but only when all have settled. */
async function allOf(answers: readonly Promise<StepAnswer>[]): Promise<StepAnswer[]> {
  const settled = await Promise.allSettled(answers);
  const failures = settled.filter((each) => each.status === "rejected");
  const [failure] = failures;
  if (failure === undefined) {
    return settled.map((each) => (each as PromiseFulfilledResult<StepAnswer>).value);
  }
  const reason = failure.reason as unknown;
  const isWhole = failures.length === settled.length;
  if (isWhole || !(reason instanceof MemoryError)) throw reason;
  const { code, message, retryable } = reason;
  throw new MemoryError(code, `${message}; a part of the call was done before`, {
    cause: reason,
    retryable,
    outcome: "unknown",
  });
}

function abortion(
  signal: AbortSignal | undefined,
  outcome: "not-applied" | "unknown",
): MemoryError {
  return new MemoryError("MEM_ABORTED", "the call was aborted while it waited", {
    cause: signal?.reason,
    outcome,
  });
}
