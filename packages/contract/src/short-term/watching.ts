import type { ShortTermBackend, WorkflowRef } from "@mem/core";
import { setImmediate as otherWork, setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { NASTY_IDS } from "../nasty-ids.ts";
import type { Opened } from "./harness.ts";
import { saveOne, valueOf, write } from "./samples.ts";
import {
  fillWorkflow,
  inSession,
  LAUNCH,
  LAUNCH_SCOPES,
  LAUNCH_WRITER,
  startWorkflow,
} from "./workflow-samples.ts";

/** The deadline for "soon", in milliseconds. */
const SOON_MS = 5000;

interface Change {
  readonly change: string;
  readonly run: (
    backend: ShortTermBackend,
    started: { readonly epoch: string },
  ) => Promise<unknown>;
}

const CHANGES: readonly Change[] = [
  ...LAUNCH_SCOPES.map((scope) => ({
    change: `a save in ${Object.values(scope).join(" ")}`,
    run: (backend: ShortTermBackend) => backend.save(scope, [write("new")]),
  })),
  {
    change: "a save tied to the session",
    run: (backend, started) =>
      backend.save(LAUNCH_WRITER, [write("new", 1, { ttlMs: "session" })], inSession(started)),
  },
  {
    change: "an increment",
    run: (backend) => backend.increment(LAUNCH_WRITER, { key: "hits", by: 1, ttlMs: null }),
  },
  {
    change: "a deletion",
    run: (backend) => backend.delete(LAUNCH_WRITER, [{ key: "for ever" }]),
  },
  { change: "a clear", run: (backend) => backend.clear(LAUNCH_WRITER) },
  { change: "the end", run: (backend) => backend.endWorkflow(LAUNCH, {}) },
  {
    change: "the end with keepData",
    run: (backend) => backend.endWorkflow(LAUNCH, { keepData: true }),
  },
];

export function wakesWatchers(open: Opened): void {
  /** One handle to watch with and one to change with: the same if the memory is not shared. */
  const handles = async (): Promise<readonly [ShortTermBackend, ShortTermBackend]> => {
    const { backend, another } = await open();
    return [backend, (await another?.()) ?? backend];
  };

  describe("watching a workflow", () => {
    it.each(CHANGES)("wakes after $change", async ({ run }) => {
      const [one, other] = await handles();
      const started = await startWorkflow(one);
      await fillWorkflow(one);
      await using bell = await Bell.on(one, LAUNCH);
      await bell.quiet();
      await run(other, started);
      await expectRung(bell);
    });

    it("wakes for changes through the handle that watches, too", async () => {
      const { backend } = await open();
      await using bell = await Bell.on(backend, LAUNCH);
      await saveOne(backend, LAUNCH_WRITER, write("plan"));
      await expectRung(bell);
    });

    it("lets who looks when woken see the last state, however fast they follow each other", async () => {
      const [one, other] = await handles();
      await startWorkflow(one);
      await using bell = await Bell.on(one, LAUNCH);
      const writing = (async () => {
        for (let n = 1; n <= 50; n++) await saveOne(other, LAUNCH_WRITER, write("n", n));
      })();
      while ((await valueOf(one, LAUNCH_WRITER, "n")) !== 50) await expectRung(bell);
      await writing;
    });

    it("wakes everybody who watches", async () => {
      const [one, other] = await handles();
      await using first = await Bell.on(one, LAUNCH);
      await using second = await Bell.on(one, LAUNCH);
      await using third = await Bell.on(other, LAUNCH);
      await saveOne(other, LAUNCH_WRITER, write("plan"));
      await expectRung(first, second, third);
    });

    it("wakes by the same function for each time that it was given", async () => {
      const { backend } = await open();
      await using bell = await Bell.on(backend, LAUNCH);
      const again = await backend.watchWorkflow(LAUNCH, bell.ring);
      await again[Symbol.asyncDispose]();
      await bell.quiet();
      await saveOne(backend, LAUNCH_WRITER, write("plan"));
      await expectRung(bell);
    });

    it("wakes for the successor of a workflow that ended, too", async () => {
      const [one, other] = await handles();
      await startWorkflow(one);
      await using bell = await Bell.on(one, LAUNCH);
      await other.endWorkflow(LAUNCH, {});
      await expectRung(bell);
      await startWorkflow(other);
      await bell.quiet();
      await saveOne(other, LAUNCH_WRITER, write("plan"));
      await expectRung(bell);
    });

    it("watches workflows of any name", async () => {
      const [one, other] = await handles();
      for (const workflowId of NASTY_IDS) {
        const ref: WorkflowRef = { tenantId: workflowId, workflowId };
        await using bell = await Bell.on(one, ref);
        await saveOne(other, ref, write("plan"));
        await expectRung(bell);
      }
    });

    it("wakes nobody any more who has stopped, and stopping again is harmless", async () => {
      const [one, other] = await handles();
      const stopped = await Bell.on(one, LAUNCH);
      await using bell = await Bell.on(one, LAUNCH);
      await stopped[Symbol.asyncDispose]();
      await stopped[Symbol.asyncDispose]();
      await stopped.quiet();
      await bell.quiet();
      await saveOne(other, LAUNCH_WRITER, write("plan"));
      await expectRung(bell);
      await otherWork();
      expect(stopped.rings).toBe(0);
    });

    it("is no use of the session and none of its entries", async () => {
      const { backend } = await open();
      await startWorkflow(backend);
      const before = await backend.getWorkflow(LAUNCH);
      const watch = await backend.watchWorkflow(LAUNCH, () => {});
      await saveOne(backend, LAUNCH_WRITER, write("plan"));
      await watch[Symbol.asyncDispose]();
      expect(await backend.getWorkflow(LAUNCH)).toEqual(before);
      expect(await backend.workflowSize(LAUNCH)).toMatchObject({ entries: 1, logItems: 0 });
    });

    it("leaves nothing where there is nothing to watch", async () => {
      const { backend } = await open();
      await using bell = await Bell.on(backend, LAUNCH);
      expect(await backend.getWorkflow(LAUNCH)).toBeUndefined();
      expect(await backend.stats("acme")).toEqual({ entries: 0, workflows: 0 });
      expect(bell.rings).toBe(0);
      expect(await startWorkflow(backend)).toMatchObject({ created: true });
    });

    it("can be stopped when the backend is closed", async () => {
      const { backend } = await open();
      const watch = await backend.watchWorkflow(LAUNCH, () => {});
      await backend.close();
      await expect(watch[Symbol.asyncDispose]()).resolves.toBeUndefined();
    });
  });
}

/** Watches a workflow and counts how often it rings. */
class Bell {
  rings = 0;
  #heard = 0;
  #watch: AsyncDisposable | undefined;

  static async on(backend: ShortTermBackend, ref: WorkflowRef): Promise<Bell> {
    const bell = new Bell();
    bell.#watch = await backend.watchWorkflow(ref, bell.ring);
    return bell;
  }

  readonly ring = (): void => {
    this.rings++;
  };

  /** Forgets the rings so far. */
  async quiet(): Promise<void> {
    await wait(20);
    this.rings = 0;
    this.#heard = 0;
  }

  /** Whether it has rung since the last call. */
  wasRung(): boolean {
    const was = this.rings > this.#heard;
    this.#heard = this.rings;
    return was;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#watch?.[Symbol.asyncDispose]();
  }
}

/** Resolves when each has rung since it was last asked. */
async function expectRung(...bells: readonly Bell[]): Promise<void> {
  for (const bell of bells)
    await expect.poll(() => bell.wasRung(), { timeout: SOON_MS, interval: 2 }).toBe(true);
}
