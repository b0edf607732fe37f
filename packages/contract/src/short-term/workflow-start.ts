import { describe, expect, it } from "vitest";
import { expectRejection } from "../traits/expect-rejection.ts";
import type { Opened } from "./harness.ts";
import {
  inSession,
  LAUNCH,
  LAUNCH_WRITER,
  sessionWrite,
  startWorkflow,
  TIMEOUT,
} from "./workflow-samples.ts";
import { saveOne, valueOf } from "./samples.ts";

export function startsWorkflows(open: Opened): void {
  describe("starting and joining workflows", () => {
    it("starts a workflow: its state, and that it was created", async () => {
      const { backend } = await open();
      const started = await startWorkflow(backend, { metadata: { goal: "more leads" } });
      expect(started).toEqual({
        workflowId: "launch",
        epoch: expect.any(String),
        startedAt: expect.any(Number),
        expiresAt: started.startedAt + TIMEOUT,
        timeoutMs: TIMEOUT,
        metadata: { goal: "more leads" },
        activity: [],
        claims: [],
        created: true,
      });
      const { created: _, ...state } = started;
      expect(await backend.getWorkflow(LAUNCH)).toEqual(state);
    });

    it("knows no workflow that was never started", async () => {
      const { backend } = await open();
      expect(await backend.getWorkflow(LAUNCH)).toBeUndefined();
    });

    it("refuses to start a live one with join never, and changes nothing", async () => {
      const { backend } = await open();
      await startWorkflow(backend, { metadata: { n: 1 } });
      const before = await backend.getWorkflow(LAUNCH);
      await expectRejection(
        () => startWorkflow(backend, { metadata: { n: 2 } }),
        "MEM_SESSION_EXISTS",
      );
      expect(await backend.getWorkflow(LAUNCH)).toEqual(before);
    });

    it.each(["if-exists", "must-exist"] as const)(
      "joins a live one with join %s: same lifetime, metadata and timeout of its start",
      async (join) => {
        const { backend } = await open();
        const started = await startWorkflow(backend, { metadata: { n: 1 } });
        const joined = await startWorkflow(backend, {
          metadata: { n: 2 },
          timeoutMs: 5 * TIMEOUT,
          join,
        });
        expect(joined).toMatchObject({
          created: false,
          epoch: started.epoch,
          startedAt: started.startedAt,
          timeoutMs: TIMEOUT,
          metadata: { n: 1 },
        });
      },
    );

    it("slides the expiry when somebody joins", async () => {
      const { backend, advance } = await open();
      const started = await startWorkflow(backend);
      await advance(TIMEOUT / 2);
      const joined = await startWorkflow(backend, { join: "must-exist" });
      expect(joined.expiresAt).toBeGreaterThanOrEqual(started.expiresAt + TIMEOUT / 2);
      await advance(TIMEOUT / 2 + 1000);
      expect(await backend.getWorkflow(LAUNCH)).toBeDefined();
    });

    it("starts a workflow with join if-exists where there is none", async () => {
      const { backend } = await open();
      expect(await startWorkflow(backend, { join: "if-exists" })).toMatchObject({ created: true });
    });

    it("rejects join must-exist where there is none", async () => {
      const { backend } = await open();
      await expectRejection(() => startWorkflow(backend, { join: "must-exist" }), "MEM_NOT_FOUND");
      expect(await backend.getWorkflow(LAUNCH)).toBeUndefined();
    });

    it("answers a start that is sent twice alike", async () => {
      const { backend } = await open();
      const start = { opId: "the start", metadata: { n: 1 } };
      const first = await startWorkflow(backend, start);
      const again = await startWorkflow(backend, start);
      expect(again).toMatchObject({
        created: true,
        epoch: first.epoch,
        startedAt: first.startedAt,
      });
    });

    it("does not take the start of an earlier lifetime for one of this", async () => {
      const { backend } = await open();
      const first = await startWorkflow(backend, { opId: "the start" });
      await backend.endWorkflow(LAUNCH, { epoch: first.epoch });
      const second = await startWorkflow(backend, { opId: "another start" });
      expect(second.epoch).not.toBe(first.epoch);
      await expectRejection(
        () => startWorkflow(backend, { opId: "the start" }),
        "MEM_SESSION_EXISTS",
      );
    });

    it("lets exactly one of many create it", async () => {
      const { backend } = await open();
      const all = await Promise.all(
        Array.from({ length: 20 }, () => startWorkflow(backend, { join: "if-exists" })),
      );
      expect(all.filter((started) => started.created)).toHaveLength(1);
      expect(new Set(all.map((started) => started.epoch)).size).toBe(1);
    });

    it("gives every lifetime an epoch of its own", async () => {
      const { backend, advance } = await open();
      const epochs: string[] = [];
      for (let i = 0; i < 5; i++) {
        const { epoch } = await startWorkflow(backend);
        epochs.push(epoch);
        if (i % 2 === 0) await backend.endWorkflow(LAUNCH, {});
        else await advance(TIMEOUT);
      }
      expect(new Set(epochs).size).toBe(5);
    });

    it("keeps workflows of other tenants and names apart", async () => {
      const { backend } = await open();
      const refs = [
        LAUNCH,
        { tenantId: "other", workflowId: "launch" },
        { tenantId: "acme", workflowId: "launch:2" },
        { tenantId: "acme:launch", workflowId: "2" },
      ];
      const started = await Promise.all(refs.map((ref) => startWorkflow(backend, {}, ref)));
      expect(new Set(started.map(({ epoch }) => epoch)).size).toBe(refs.length);
      await backend.endWorkflow(LAUNCH, {});
      const states = await Promise.all(refs.map((ref) => backend.getWorkflow(ref)));
      expect(states.map((state) => state?.epoch)).toEqual([
        undefined,
        ...started.slice(1).map(({ epoch }) => epoch),
      ]);
    });

    it("takes in what was stored before it started", async () => {
      const { backend } = await open();
      await saveOne(backend, LAUNCH_WRITER, sessionWrite("plan", { ttlMs: null }));
      const started = await startWorkflow(backend);
      expect(await valueOf(backend, LAUNCH_WRITER, "plan")).toBe("value of plan");
      expect(await backend.endWorkflow(LAUNCH, { epoch: started.epoch })).toMatchObject({
        entries: 1,
      });
    });

    it("refuses what should live by a workflow that is not live", async () => {
      const { backend } = await open();
      const append = { maxItems: 10, ttlMs: "session" } as const;
      const tries = [
        () => backend.save(LAUNCH_WRITER, [sessionWrite("plan")]),
        () => backend.increment(LAUNCH_WRITER, { key: "hits", by: 1, ttlMs: "session" }),
        () => backend.append(LAUNCH, "chat", [{ id: "a", value: 1 }], append),
      ];
      for (const call of tries) await expectRejection(call, "MEM_SESSION_ENDED");
      const started = await startWorkflow(backend);
      await backend.save(LAUNCH_WRITER, [sessionWrite("plan")], inSession(started));
      await backend.endWorkflow(LAUNCH, {});
      for (const call of tries) await expectRejection(call, "MEM_SESSION_ENDED");
      expect(await backend.count(LAUNCH_WRITER)).toBe(0);
    });
  });
}
