import { compareCodePoints } from "@mem/core";
import { describe, expect, it } from "vitest";
import { NASTY_IDS } from "../nasty-ids.ts";
import { expectRejection } from "../traits/expect-rejection.ts";
import type { Opened } from "./harness.ts";
import { allPages, EDITOR, saveOne, write, WRITER } from "./samples.ts";
import { LAUNCH, LAUNCH_WRITER, sessionWrite, startWorkflow, TIMEOUT } from "./workflow-samples.ts";

const HOUR = 3_600_000;

export function keepsTotals(open: Opened): void {
  describe("stats", () => {
    it("count the entries and live workflows of one tenant", async () => {
      const { backend } = await open();
      expect(await backend.stats("acme")).toEqual({ entries: 0, workflows: 0 });
      await startWorkflow(backend);
      await startWorkflow(backend, {}, { tenantId: "acme", workflowId: "other" });
      await startWorkflow(backend, {}, { tenantId: "other", workflowId: "launch" });
      await backend.save(WRITER, [write("a"), write("b")]);
      await saveOne(backend, EDITOR, write("a"));
      await saveOne(backend, LAUNCH, sessionWrite("a"));
      await saveOne(backend, LAUNCH_WRITER, sessionWrite("a"));
      await saveOne(backend, { tenantId: "other", agentId: "writer" }, write("a"));
      expect(await backend.stats("acme")).toEqual({ entries: 5, workflows: 2 });
      expect(await backend.stats("other")).toEqual({ entries: 1, workflows: 1 });
      expect(await backend.stats("acm")).toEqual({ entries: 0, workflows: 0 });
    });

    it("stay exact when entries are replaced, deleted, cleared, and workflows end", async () => {
      const { backend } = await open();
      const { epoch } = await startWorkflow(backend);
      await backend.save(WRITER, [write("a"), write("b"), write("c", 1, { ttlMs: 1000 })]);
      await backend.save(WRITER, [write("a"), write("b", 1, { ifAbsent: true }), write("c")]);
      await saveOne(backend, LAUNCH, sessionWrite("a"));
      expect(await backend.stats("acme")).toEqual({ entries: 4, workflows: 1 });
      await backend.delete(WRITER, [{ key: "a" }, { key: "x" }]);
      expect(await backend.stats("acme")).toEqual({ entries: 3, workflows: 1 });
      await backend.endWorkflow(LAUNCH, { epoch });
      expect(await backend.stats("acme")).toEqual({ entries: 2, workflows: 0 });
      await backend.clear(WRITER);
      expect(await backend.stats("acme")).toEqual({ entries: 0, workflows: 0 });
    });

    it("never count what has expired", async () => {
      const { backend, advance } = await open();
      await startWorkflow(backend);
      await backend.save(WRITER, [
        write("a", 1, { ttlMs: 10 * TIMEOUT }),
        write("b", 1, { ttlMs: 1000 }),
      ]);
      await advance(1000);
      expect(await backend.stats("acme")).toEqual({ entries: 1, workflows: 1 });
      await advance(TIMEOUT);
      expect(await backend.stats("acme")).toEqual({ entries: 1, workflows: 0 });
    });

    it("count what lives for long, whatever was saved with it that lives shorter or is refused", async () => {
      const { backend, advance } = await open();
      const saves = await Promise.allSettled([
        backend.save(LAUNCH_WRITER, [write("a", 1, { ttlMs: HOUR })]),
        backend.save(LAUNCH_WRITER, [write("b", 1, { ttlMs: null })]),
        backend.save(LAUNCH_WRITER, [sessionWrite("c")]),
      ]);
      expect(saves.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected"]);
      await advance(30 * 24 * HOUR);
      expect(await backend.stats("acme")).toEqual({ entries: 1, workflows: 0 });
    });
  });

  describe("listing workflows", () => {
    it("lists the live ones of a tenant in the order of code points, page by page", async () => {
      const { backend } = await open();
      for (const workflowId of NASTY_IDS)
        await startWorkflow(backend, {}, { tenantId: "acme", workflowId });
      await startWorkflow(backend, {}, { tenantId: "other", workflowId: "b" });
      await saveOne(backend, { tenantId: "acme", workflowId: "never started" }, write("a"));
      const sorted = NASTY_IDS.toSorted(compareCodePoints);
      for (const limit of [1, 7, NASTY_IDS.length, 1000]) {
        const states = await allPages(limit, (cursor) =>
          backend.listWorkflows("acme", { limit, ...cursor }),
        );
        expect(states.map((state) => state.workflowId)).toEqual(sorted);
      }
    });

    it("shows each state as getWorkflow does", async () => {
      const { backend } = await open();
      await startWorkflow(backend, { metadata: { n: 1 } });
      const { items } = await backend.listWorkflows("acme", { limit: 10 });
      expect(items).toEqual([await backend.getWorkflow(LAUNCH)]);
    });

    it("never lists one that has ended or timed out", async () => {
      const { backend, advance } = await open();
      await startWorkflow(backend);
      await startWorkflow(
        backend,
        { timeoutMs: 10 * TIMEOUT },
        { tenantId: "acme", workflowId: "long" },
      );
      await startWorkflow(
        backend,
        { timeoutMs: 10 * TIMEOUT },
        { tenantId: "acme", workflowId: "ended" },
      );
      await backend.endWorkflow({ tenantId: "acme", workflowId: "ended" }, { keepData: true });
      await advance(TIMEOUT);
      const { items } = await backend.listWorkflows("acme", { limit: 10 });
      expect(items.map((state) => state.workflowId)).toEqual(["long"]);
    });

    it.each(["", "0", "nonsense", "💥", '{"id":"a"}'])("refuses %j as a cursor", async (cursor) => {
      const { backend } = await open();
      await startWorkflow(backend);
      await expectRejection(
        () => backend.listWorkflows("acme", { limit: 1, cursor }),
        "MEM_INVALID_ARGUMENT",
      );
      expect((await backend.listWorkflows("acme", { limit: 1 })).items).toHaveLength(1);
    });
  });
}
