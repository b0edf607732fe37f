import type { ShortTermBackend } from "@mem/core";

/** A backend and its memory, for a test to change at will. Disposed after the test, once its backends are closed. */
export interface ShortTermHarness extends Partial<AsyncDisposable> {
  /** A backend over an empty memory. */
  readonly backend: ShortTermBackend;
  /** Advances the backend's time, in milliseconds: a manual clock, or an offset to the server's time. */
  advance(ms: number): void | Promise<void>;
  /** Opens the same memory a second time, as another process would. Required if `capabilities.shared` is true. */
  another?(): Promise<ShortTermBackend>;
}

/** Opens a fresh, empty memory. */
export type OpenShortTerm = () => Promise<ShortTermHarness>;

/** Given to each topic of the suite: opens a harness, which is cleaned up after the test that opened it. */
export type Opened = () => Promise<{
  readonly backend: ShortTermBackend;
  readonly advance: (ms: number) => Promise<void>;
  readonly another?: () => Promise<ShortTermBackend>;
}>;

/** Tracks what a test opened, so that it is cleaned up whether the test passes or fails. */
export class OpenedShortTerm {
  readonly #open: OpenShortTerm;
  readonly #backends: ShortTermBackend[] = [];
  readonly #harnesses: ShortTermHarness[] = [];

  constructor(open: OpenShortTerm) {
    this.#open = open;
  }

  readonly open: Opened = async () => {
    const harness = await this.#open();
    this.#harnesses.push(harness);
    this.#backends.push(harness.backend);
    return {
      backend: harness.backend,
      advance: async (ms) => harness.advance(ms),
      ...(harness.another && { another: () => this.#another(harness) }),
    };
  };

  async #another(harness: ShortTermHarness): Promise<ShortTermBackend> {
    const backend = await harness.another!();
    this.#backends.push(backend);
    return backend;
  }

  async dispose(): Promise<void> {
    const backends = this.#backends.splice(0);
    const harnesses = this.#harnesses.splice(0);
    await Promise.all(backends.map((backend) => backend.close()));
    for (const harness of harnesses) await harness[Symbol.asyncDispose]?.();
  }
}
