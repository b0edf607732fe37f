import { describe, expect, it } from "vitest";
import type { Open } from "./harness.ts";
import { agent, agents, query, team, TENANT, write, writes } from "./samples.ts";

export function clearsAndCounts(open: Open): void {
  describe("clearing", () => {
    it("removes exactly one scope, and says how much that was", async () => {
      const { store } = await open();
      const others = [agent("ann", "w1"), agent("ann2"), agent("an"), team("ann")];
      await store.save(agent("ann"), writes(["plan", "brief", "draft"]));
      for (const other of others) await store.save(other, writes(["plan"]));
      expect(await store.clear(agent("ann"))).toBe(3);
      expect(await store.clear(agent("ann"))).toBe(0);
      expect(await store.get(agent("ann"), ["plan"])).toEqual([undefined]);
      for (const other of others) expect(await store.count(other)).toBe(1);
      expect(await store.search(agents("ann"), query("plan"))).toMatchObject([
        { workflowId: "w1" },
      ]);
    });

    it("removes all that belongs to a workflow", async () => {
      const { store } = await open();
      await store.save(team("w1"), writes(["plan", "brief"]));
      await store.save(agent("ann", "w1"), writes(["plan"]));
      await store.save(agent("bob", "w1"), writes(["plan"]));
      const others = [
        agent("ann"),
        agent("w1"),
        agent("ann", "w10"),
        team("w"),
        { tenantId: "other", workflowId: "w1" },
      ];
      for (const other of others) await store.save(other, writes(["plan"]));
      const workflow = { tenantId: TENANT, workflowId: "w1" };
      expect(await store.clearWorkflow(workflow)).toBe(4);
      expect(await store.clearWorkflow(workflow)).toBe(0);
      expect(await store.count(team("w1"))).toBe(0);
      expect(await store.count(agent("ann", "w1"))).toBe(0);
      expect(await store.search({ ...workflow, agentIds: ["ann", "bob"] }, query("plan"))).toEqual(
        [],
      );
      for (const other of others) expect(await store.count(other)).toBe(1);
    });

    it("leaves room for new entries", async () => {
      const { store } = await open();
      const [first] = await store.save(agent("ann"), writes(["plan"]));
      await store.clear(agent("ann"));
      const [second] = await store.save(agent("ann"), [write("plan", { ifAbsent: true })]);
      expect(second).toEqual({ stored: true, version: expect.any(String) });
      expect(second?.version).not.toBe(first?.version);
      expect(await store.count(agent("ann"))).toBe(1);
    });
  });

  describe("counting", () => {
    it("counts the entries of one scope, each once", async () => {
      const { store } = await open();
      expect(await store.count(agent("ann"))).toBe(0);
      await store.save(agent("ann"), writes(["plan", "brief"]));
      await store.save(agent("ann"), writes(["brief", "draft"]));
      await store.save(agent("ann", "w1"), writes(["plan"]));
      await store.delete(agent("ann"), [{ key: "plan" }, { key: "none" }]);
      expect(await store.count(agent("ann"))).toBe(2);
    });

    it("totals a tenant over all its scopes", async () => {
      const { store } = await open();
      expect(await store.stats(TENANT)).toMatchObject({ entries: 0, pendingVectors: 0 });
      await store.save(agent("ann"), writes(["plan", "brief"]));
      await store.save(agent("ann", "w1"), writes(["plan"]));
      await store.save(team("w1"), writes(["plan"]));
      await store.save({ tenantId: "other", agentId: "ann" }, writes(["plan"]));
      await store.delete(agent("ann"), [{ key: "brief" }]);
      expect(await store.stats(TENANT)).toMatchObject({ entries: 3, pendingVectors: 0 });
      expect(await store.stats("other")).toMatchObject({ entries: 1, pendingVectors: 0 });
      expect(await store.stats("none")).toMatchObject({ entries: 0, pendingVectors: 0 });
    });
  });
}
