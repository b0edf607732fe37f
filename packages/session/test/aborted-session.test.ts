import { getEventListeners } from "node:events";
import { createMemoryBackend } from "@mem/backend-memory";
import { MemoryManager } from "@mem/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createSession, withSession } from "../src/index.ts";

let memory: MemoryManager;
beforeEach(() => {
  memory = new MemoryManager({ shortTerm: createMemoryBackend() });
});
afterEach(() => memory.close());

async function liveSessions(): Promise<number> {
  return (await memory.getStats()).activeSessions;
}

describe("a session whose signal fires", () => {
  it("ends at once, and what is still running in it finds it ended", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const running = withSession({ memory, signal }, async (session) => {
      await session.team.save("k", 1);
      controller.abort();
      while ((await liveSessions()) > 0) await session.team.save("k", 2);
      await session.team.save("k", 3);
    });
    await expect(running).rejects.toMatchObject({ code: "MEM_SESSION_ENDED" });
    expect(await memory.getStats()).toMatchObject({ activeSessions: 0, shortTermEntries: 0 });
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("comes out with the error of its body", async () => {
    const controller = new AbortController();
    const failure = new Error("the body's own");
    const running = withSession({ memory, signal: controller.signal }, async () => {
      controller.abort();
      throw failure;
    });
    await expect(running).rejects.toBe(failure);
    expect(await liveSessions()).toBe(0);
  });

  it("goes on without the member whose signal it was, where that had joined", async () => {
    await using session = await createSession({ memory, workflowId: "w" });
    const controller = new AbortController();
    const { signal } = controller;
    await createSession({ memory, workflowId: "w", join: "must-exist", signal });
    controller.abort();
    await session.team.save("k", 1);
    expect(await session.team.retrieve("k")).toBe(1);
  });

  it("does not start where it had fired before", async () => {
    const start = createSession({ memory, signal: AbortSignal.abort() });
    await expect(start).rejects.toMatchObject({ code: "MEM_ABORTED", outcome: "not-applied" });
    expect(await liveSessions()).toBe(0);
  });

  it("has ended again where it fired while it was starting", async () => {
    const controller = new AbortController();
    const start = createSession({ memory, signal: controller.signal });
    controller.abort();
    await expect(start).rejects.toMatchObject({ code: "MEM_ABORTED" });
    expect(await liveSessions()).toBe(0);
    expect(getEventListeners(controller.signal, "abort")).toEqual([]);
  });

  it("does not wait for signals of the process any more", async () => {
    const before = process.listenerCount("SIGTERM");
    const controller = new AbortController();
    await createSession({ memory, signals: true, signal: controller.signal });
    expect(process.listenerCount("SIGTERM")).toBe(before + 1);
    controller.abort();
    await vi.waitFor(() => expect(process.listenerCount("SIGTERM")).toBe(before));
  });

  it("ends together with thousands of others, and not so many at once that the backend can't follow", async () => {
    const shortTerm = createMemoryBackend();
    const end = shortTerm.endWorkflow.bind(shortTerm);
    let [ending, most] = [0, 0];
    shortTerm.endWorkflow = async (...args) => {
      most = Math.max(most, ++ending);
      await new Promise((resolve) => setImmediate(resolve));
      ending--;
      return end(...args);
    };
    await using own = new MemoryManager({ shortTerm });
    const controller = new AbortController();
    const { signal } = controller;
    const starts = Array.from({ length: 2000 }, async () => createSession({ memory: own, signal }));
    await Promise.all(starts);
    controller.abort();
    await vi.waitFor(async () => expect((await own.getStats()).activeSessions).toBe(0));
    expect(most).toBeLessThanOrEqual(100);
  });

  it("does not hold on to the signal once it has ended", async () => {
    const { signal } = new AbortController();
    for (let n = 0; n < 3; n++) await withSession({ memory, signal }, async () => undefined);
    const session = await createSession({ memory, signal });
    await session.endSession();
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});
