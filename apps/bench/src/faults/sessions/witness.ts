import type { ShortTermBackend } from "@mem/core";
import type { Journal } from "./journal.ts";

/**
 * Stands between a manager and its backend, and writes down what the backend says about lifetimes, as only it knows.
 */
export class Witness {
  readonly backend: ShortTermBackend;
  readonly #epochs = new Map<string, string>();

  constructor(backend: ShortTermBackend, journal: Journal) {
    const told = {
      startWorkflow: async (...args) => {
        const started = await journal.tell(
          { kind: "clean", by: "start" },
          undefined,
          () => backend.startWorkflow(...args),
          ({ expired }) => ({ over: expired === undefined ? [] : [expired.epoch] }),
        );
        this.#epochs.set(started.workflowId, started.epoch);
        return started;
      },
      endWorkflow: (...args) =>
        journal.tell(
          { kind: "clean", by: "end" },
          args[1].epoch,
          () => backend.endWorkflow(...args),
          (ended) => ({ over: ended?.state === undefined ? [] : [ended.state.epoch] }),
        ),
      takeExpired: (...args) =>
        journal.tell(
          { kind: "clean", by: "sweep" },
          undefined,
          () => backend.takeExpired(...args),
          (states) => ({ over: states.map(({ epoch }) => epoch) }),
        ),
    } satisfies Partial<ShortTermBackend>;
    this.backend = new Proxy(backend, {
      get(target, name) {
        const own: unknown = Reflect.get(told, name);
        if (own !== undefined) return own;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  }

  /** The epoch of the lifetime that was started or joined last. */
  epochOf(workflowId: string): string {
    return this.#epochs.get(workflowId) ?? "";
  }
}
