import { describe, expect, it } from "vitest";
import type { Opened } from "./harness.ts";
import { listedKeys, saveOne, write } from "./samples.ts";
import {
  fillWorkflow,
  inSession,
  LAUNCH,
  LAUNCH_SCOPES,
  LAUNCH_WRITER,
  NOTHING,
  seeWorkflow,
  sessionWrite,
  startWorkflow,
  TIMEOUT,
} from "./workflow-samples.ts";

export function endsWorkflows(open: Opened): void {
  describe("ending workflows", () => {
    it("removes everything of the workflow and says what it was", async () => {
      const { backend } = await open();
      const started = await startWorkflow(backend, { metadata: { goal: "leads" } });
      await fillWorkflow(backend);
      await backend.count(LAUNCH, inSession(started));
      const state = await backend.getWorkflow(LAUNCH);
      const ended = await backend.endWorkflow(LAUNCH, { epoch: started.epoch });
      expect(ended).toEqual({
        state,
        entries: 3 * LAUNCH_SCOPES.length,
        logItems: 2 * LAUNCH_SCOPES.length,
      });
      expect(await backend.getWorkflow(LAUNCH)).toBeUndefined();
      expect(await seeWorkflow(backend)).toEqual(NOTHING);
      expect(await backend.stats("acme")).toEqual({ entries: 0, workflows: 0 });
    });

    it("leaves other workflows and the agents' own memory alone", async () => {
      const { backend } = await open();
      const others = [
        { tenantId: "acme", agentId: "writer" },
        { tenantId: "acme", agentId: "launch" },
        { tenantId: "acme", workflowId: "launch:2" },
        { tenantId: "acme", workflowId: "launc", agentId: "writer" },
        { tenantId: "other", workflowId: "launch", agentId: "writer" },
      ];
      await startWorkflow(backend);
      await fillWorkflow(backend);
      for (const scope of others) {
        await saveOne(backend, scope, write("plan"));
        await backend.append(scope, "chat", [{ id: "a", value: 1 }], { maxItems: 10, ttlMs: null });
      }
      await backend.endWorkflow(LAUNCH, {});
      for (const scope of others) {
        expect(await listedKeys(backend, scope)).toEqual(["plan"]);
        expect(await backend.read(scope, "chat", { limit: 10 })).toHaveLength(1);
      }
    });

    it("answers exactly one of several that end the same lifetime", async () => {
      const { backend } = await open();
      const { epoch } = await startWorkflow(backend);
      await fillWorkflow(backend);
      const all = await Promise.all(
        Array.from({ length: 10 }, () => backend.endWorkflow(LAUNCH, { epoch })),
      );
      expect(all.filter((ended) => ended !== undefined)).toHaveLength(1);
      expect(await backend.endWorkflow(LAUNCH, { epoch })).toBeUndefined();
    });

    it("does not end a successor in the place of an old lifetime", async () => {
      const { backend } = await open();
      const old = await startWorkflow(backend);
      await backend.endWorkflow(LAUNCH, { epoch: old.epoch });
      const successor = await startWorkflow(backend);
      await fillWorkflow(backend);
      const before = await seeWorkflow(backend);
      expect(await backend.endWorkflow(LAUNCH, { epoch: old.epoch })).toBeUndefined();
      expect(await backend.endWorkflow(LAUNCH, { epoch: "nonsense" })).toBeUndefined();
      expect(await seeWorkflow(backend)).toEqual(before);
      expect((await backend.getWorkflow(LAUNCH))?.epoch).toBe(successor.epoch);
    });

    it("removes the data of a workflow that was never started", async () => {
      const { backend } = await open();
      await saveOne(backend, LAUNCH, write("a"));
      await saveOne(backend, LAUNCH_WRITER, write("b", 1, { ttlMs: TIMEOUT }));
      await backend.append(LAUNCH, "chat", [{ id: "a", value: 1 }], { maxItems: 10, ttlMs: null });
      expect(await backend.endWorkflow(LAUNCH, {})).toEqual({ entries: 2, logItems: 1 });
      expect(await seeWorkflow(backend)).toEqual(NOTHING);
      expect(await backend.endWorkflow(LAUNCH, {})).toEqual({ entries: 0, logItems: 0 });
    });

    it("does not count what has expired", async () => {
      const { backend, advance } = await open();
      await startWorkflow(backend, { timeoutMs: 10 * TIMEOUT });
      await backend.save(LAUNCH_WRITER, [sessionWrite("a"), write("b", 1, { ttlMs: 1000 })]);
      await backend.append(LAUNCH, "chat", [{ id: "a", value: 1 }], { maxItems: 10, ttlMs: 1000 });
      await advance(1000);
      expect(await backend.endWorkflow(LAUNCH, {})).toMatchObject({ entries: 1, logItems: 0 });
    });

    it("with keepData leaves what lived by the session for timeoutMs, and the rest for its own time", async () => {
      const { backend, advance } = await open();
      const { epoch } = await startWorkflow(backend);
      await fillWorkflow(backend);
      const before = await seeWorkflow(backend);
      await advance(TIMEOUT / 2);
      const ended = await backend.endWorkflow(LAUNCH, { epoch, keepData: true });
      expect(ended).toMatchObject({ state: { epoch }, entries: 0, logItems: 0 });
      expect(await backend.getWorkflow(LAUNCH)).toBeUndefined();
      await advance(TIMEOUT - 10_000);
      expect(await seeWorkflow(backend)).toEqual(before);
      await advance(10_000);
      expect(await seeWorkflow(backend)).toMatchObject(
        LAUNCH_SCOPES.map(() => ({ keys: ["for ever", "own ttl"], logItems: 0, count: 2 })),
      );
      await advance(100 * TIMEOUT);
      expect(await listedKeys(backend, LAUNCH_WRITER)).toEqual(["for ever"]);
    });

    it("does not give kept data to the time of a successor", async () => {
      const { backend, advance } = await open();
      const { epoch } = await startWorkflow(backend);
      await saveOne(backend, LAUNCH_WRITER, sessionWrite("kept"));
      await backend.endWorkflow(LAUNCH, { epoch, keepData: true });
      const successor = await startWorkflow(backend);
      await saveOne(backend, LAUNCH_WRITER, sessionWrite("new"));
      await advance(TIMEOUT - 10_000);
      await backend.count(LAUNCH, inSession(successor));
      await advance(10_000);
      expect(await listedKeys(backend, LAUNCH_WRITER)).toEqual(["new"]);
    });
  });

  describe("workflows that time out", () => {
    it("take everything of theirs with them", async () => {
      const { backend, advance } = await open();
      await startWorkflow(backend);
      await fillWorkflow(backend);
      await advance(TIMEOUT);
      expect(await backend.getWorkflow(LAUNCH)).toBeUndefined();
      expect(await seeWorkflow(backend)).toEqual(NOTHING);
      expect(await backend.stats("acme")).toEqual({ entries: 0, workflows: 0 });
    });

    it("can be started again, and start empty", async () => {
      const { backend, advance } = await open();
      const old = await startWorkflow(backend, { metadata: { n: 1 } });
      await backend.count(LAUNCH, inSession(old));
      await fillWorkflow(backend);
      await advance(TIMEOUT + 1);
      const successor = await startWorkflow(backend, { metadata: { n: 2 } });
      expect(successor).toMatchObject({ created: true, metadata: { n: 2 }, activity: [] });
      expect(await seeWorkflow(backend)).toEqual(NOTHING);
    });

    it("can no longer be joined", async () => {
      const { backend, advance } = await open();
      const old = await startWorkflow(backend);
      await advance(TIMEOUT);
      const next = await startWorkflow(backend, { join: "if-exists" });
      expect(next.created).toBe(true);
      expect(next.epoch).not.toBe(old.epoch);
      expect(await backend.endWorkflow(LAUNCH, { epoch: old.epoch })).toBeUndefined();
    });
  });
}
