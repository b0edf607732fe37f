import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  memoryKey,
  MemoryError,
  type WatchedChange,
  type WatchOptions,
  type Workflow,
} from "../src/index.ts";
import { openSessionMemory, type SessionMemory } from "./session-memory.ts";

interface Watched extends SessionMemory {
  readonly workflow: Workflow;
}

async function open(timeout = 3600): Promise<Watched> {
  const opened = openSessionMemory();
  return { ...opened, workflow: await opened.memory.startWorkflow("w", { timeout }) };
}

const DONE = { done: true, value: undefined };
/** Lets everything proceed that can. */
const settled = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function take(watch: AsyncIterator<WatchedChange>): Promise<unknown> {
  const { value } = (await watch.next()) as { value: WatchedChange | undefined };
  return value?.entry?.value;
}

describe("a watched key", () => {
  it("gives what is there, then what comes", async () => {
    const { workflow } = await open();
    const ann = workflow.forAgent("ann");
    await ann.save("plan", 1);
    const watch = workflow.watch({ agentId: "ann", key: "plan" });
    const first = await watch.next();
    expect(first).toMatchObject({ done: false, value: { key: "plan", entry: { value: 1 } } });
    expect(first.value?.position).toBe(first.value?.entry?.version);
    const second = take(watch);
    await settled();
    await workflow.forAgent("bob").save("plan", "another's");
    await workflow.team.save("plan", "the team's");
    await ann.save("other", "another key");
    await ann.save("plan", 2);
    expect(await second).toBe(2);
    const gone = watch.next();
    await ann.delete("plan");
    expect(await gone).toEqual({ done: false, value: { key: "plan", position: "" } });
  });

  it("of the team is watched without an agent", async () => {
    const { workflow } = await open();
    const first = take(workflow.watch({ key: "plan" }));
    await workflow.team.save("plan", 1);
    expect(await first).toBe(1);
  });

  it("is watched on from a position: what was seen is not seen again", async () => {
    const { workflow } = await open();
    await workflow.team.save("plan", 1);
    const { value } = await workflow.watch({ key: "plan" }).next();
    const after = value?.position as string;
    const later = take(workflow.watch({ key: "plan", after }));
    await settled();
    await workflow.team.save("plan", 2);
    expect(await later).toBe(2);
    await workflow.team.delete("plan");
    expect(await workflow.watch({ key: "plan", after }).next()).toMatchObject({
      value: { position: "" },
    });
  });

  it("never withholds the last state, however writes and looks fall together", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 1, max: 6 }), async (scheduler, last) => {
        const { workflow, shortTerm } = await open();
        const watch = workflow.watch({ key: "k" });
        shortTerm.hook = scheduler.scheduleFunction(async () => undefined);
        const write = async (): Promise<void> => {
          for (let i = 1; i <= last; i++) await workflow.team.save("k", i);
        };
        const seen: unknown[] = [];
        const read = async (): Promise<void> => {
          while (seen.at(-1) !== last) seen.push(await take(watch));
        };
        await scheduler.waitFor(Promise.all([write(), read()]));
        expect(seen).toEqual([...new Set(seen)].toSorted((a, b) => Number(a) - Number(b)));
      }),
    );
  });

  it("is looked at though no wake-up comes, as use of the session that counts as no operation", async () => {
    const { workflow, shortTerm, clock } = await open(30);
    const first = take(workflow.watch({ key: "plan" }));
    await settled();
    shortTerm.wakes.clear();
    await workflow.team.save("plan", 1);
    clock.advance(9999);
    await settled();
    expect(shortTerm.tied("get")).toHaveLength(1);
    clock.advance(1);
    expect(await first).toBe(1);
    const { epoch } = workflow;
    expect(shortTerm.tied("get")).toEqual([{ epoch }, { epoch }]);
  });

  it("is looked at once a second at most where an entry outlives this machine's clock", async () => {
    const { workflow, shortTerm, clock } = await open();
    await workflow.team.save("plan", 1);
    for (const [name, entry] of shortTerm.entries) {
      shortTerm.entries.set(name, { ...entry, expiresAt: clock.now() + 5000 });
    }
    const watch = workflow.watch({ key: "plan" });
    await watch.next();
    const gone = watch.next();
    for (let i = 0; i < 8; i++) {
      await settled();
      clock.advance(1000);
    }
    await settled();
    expect(shortTerm.tied("get")).toHaveLength(5);
    shortTerm.entries.clear();
    clock.advance(1000);
    expect(await gone).toMatchObject({ value: { position: "" } });
  });

  it("gives what its schema makes of it, and refuses what does not fit", async () => {
    const { workflow } = await open();
    const key = memoryKey("plan", z.object({ budget: z.number().default(7) }));
    await workflow.team.save("plan", {});
    const watch = workflow.watch({ key });
    const { value } = await watch.next();
    const budget: number | undefined = value?.entry?.value.budget;
    expect(budget).toBe(7);
    await workflow.team.save("plan", { budget: "much" });
    await expect(watch.next()).rejects.toMatchObject({ code: "MEM_SCHEMA" });
  });
});

describe("a watch", () => {
  it("ends with the session", async () => {
    const { workflow, shortTerm } = await open();
    const watch = workflow.watch({ key: "plan" });
    const waiting = watch.next();
    await settled();
    await workflow.end();
    for (const wake of shortTerm.wakes) wake();
    await expect(waiting).rejects.toMatchObject({ code: "MEM_SESSION_ENDED" });
    expect(await watch.next()).toEqual(DONE);
    expect(shortTerm.wakes.size).toBe(0);
  });

  it("ends with its signal, and frees all also where nobody waits", async () => {
    const { workflow, shortTerm } = await open();
    await workflow.team.save("plan", 1);
    const controller = new AbortController();
    const { signal } = controller;
    const idle = workflow.watch({ key: "plan", signal });
    await idle.next();
    const waiting = workflow.watch({ key: "other", signal }).next();
    await settled();
    expect(shortTerm.wakes.size).toBe(2);
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ code: "MEM_ABORTED" });
    expect(shortTerm.wakes.size).toBe(0);
    await expect(idle.next()).rejects.toMatchObject({ code: "MEM_ABORTED" });
    expect(await idle.next()).toEqual(DONE);
  });

  it("ends with the memory", async () => {
    const { memory, workflow, shortTerm } = await open();
    const waiting = workflow.watch({ key: "plan" }).next();
    await settled();
    const closing = memory.close();
    await expect(waiting).rejects.toMatchObject({ code: "MEM_CLOSED" });
    await closing;
    expect(shortTerm.wakes.size).toBe(0);
  });

  it.each(["watchWorkflow", "get"])("ends with what %s fails with", async (failing) => {
    const { workflow, shortTerm } = await open();
    shortTerm.hook = (method) => {
      if (method === failing) throw new MemoryError("MEM_UNAVAILABLE", "down");
    };
    const watch = workflow.watch({ key: "plan" });
    await expect(watch.next()).rejects.toMatchObject({ code: "MEM_UNAVAILABLE" });
    expect(shortTerm.wakes.size).toBe(0);
  });

  it("that is left frees all, also while somebody waits for it", async () => {
    const { workflow, shortTerm } = await open();
    await workflow.team.save("plan", 1);
    for await (const { entry } of workflow.watch({ key: "plan" })) {
      expect(entry?.value).toBe(1);
      break;
    }
    expect(shortTerm.wakes.size).toBe(0);
    const watch = workflow.watch({ key: "other" });
    const waiting = watch.next();
    await settled();
    expect(await watch.return?.()).toEqual(DONE);
    expect(await waiting).toEqual(DONE);
    expect(await watch.next()).toEqual(DONE);
    expect(shortTerm.wakes.size).toBe(0);
  });

  it("that was left while it began to watch leaves nothing behind", async () => {
    const { workflow, shortTerm } = await open();
    const { promise, resolve } = Promise.withResolvers<void>();
    shortTerm.hook = async (method) => method === "watchWorkflow" && promise;
    const watch = workflow.watch({ key: "plan" });
    const waiting = watch.next();
    await settled();
    const left = watch.return?.();
    resolve();
    expect(await left).toEqual(DONE);
    expect(await waiting).toEqual(DONE);
    expect(shortTerm.wakes.size).toBe(0);
  });

  it("answers those who do not wait for an answer in their order", async () => {
    const { workflow } = await open();
    const watch = workflow.watch({ key: "plan" });
    const answers = Promise.all([take(watch), take(watch), take(watch)]);
    for (let i = 1; i <= 3; i++) {
      await settled();
      await workflow.team.save("plan", i);
    }
    expect(await answers).toEqual([1, 2, 3]);
  });

  it.each([
    [{ key: "" }, "key"],
    [{ key: "k", agentId: "" }, "options.agentId"],
    [{ key: "k", after: 7 }, "options.after"],
    [{ key: "k", since: "v1" }, "options.since"],
    [undefined, "options"],
  ])("is refused at once with %j", async (options, path) => {
    const { workflow } = await open();
    expect(() => workflow.watch(options as WatchOptions<string>)).toThrow(
      expect.objectContaining({ code: "MEM_INVALID_ARGUMENT", path }),
    );
  });
});
