import type { LongTermStore, Revision, Scope } from "@mem/core";
import { describe, expect, it } from "vitest";
import type { Open } from "./harness.ts";
import { agent, saveOne, team, TENANT, write, writes } from "./samples.ts";

const scope = agent("historian");

export function keepsHistory(open: Open): void {
  describe("history", () => {
    it("is refused by a store that says it keeps none", async () => {
      const { store } = await open();
      if (store.capabilities.history) return;
      await expect(store.history(scope, "plan", { limit: 10 })).rejects.toMatchObject({
        code: "MEM_UNSUPPORTED",
      });
      await expect(store.get(scope, ["plan"], { asOf: Date.now() })).rejects.toMatchObject({
        code: "MEM_UNSUPPORTED",
        path: "options.asOf",
      });
    });

    it("tells every state of an entry, newest first, its removals among them", async () => {
      const { store } = await open();
      if (!store.capabilities.history) return;
      const states: Revision[] = [];
      for (const value of ["first", "second"]) {
        const version = await saveOne(
          store,
          scope,
          write("plan", { value, text: value, metadata: { value }, subject: "person:1" }),
        );
        const [entry] = await store.get(scope, ["plan"]);
        states.unshift({ version, at: entry!.updatedAt, entry: entry! });
      }
      await store.delete(scope, [{ key: "plan" }]);
      states.unshift({ version: expect.any(String) as never, at: expect.any(Number) as never });
      await saveOne(store, scope, write("plan", { value: "third" }));
      const [entry] = await store.get(scope, ["plan"]);
      states.unshift({ version: entry!.version, at: entry!.updatedAt, entry: entry! });
      const history = await allRevisions(store, scope, "plan");
      expect(history).toEqual(states);
      expect(new Set(history.map(({ version }) => version)).size).toBe(4);
    });

    it("is of one entry, and empty where there never was one", async () => {
      const { store } = await open();
      if (!store.capabilities.history) return;
      await store.save(scope, writes(["plan", "plan2"]));
      await store.save(agent("historian", "w1"), writes(["plan"]));
      await store.save({ ...scope, tenantId: "other" }, writes(["plan"]));
      expect(await allRevisions(store, scope, "plan")).toHaveLength(1);
      expect(await store.history(scope, "none", { limit: 10 })).toEqual({ items: [] });
    });

    it("has what clearing removed", async () => {
      const { store } = await open();
      if (!store.capabilities.history) return;
      for (const clear of [
        () => store.clear(team("w1")),
        () => store.clearWorkflow({ tenantId: TENANT, workflowId: "w1" }),
      ]) {
        await store.save(team("w1"), writes(["plan"]));
        await clear();
        const [removal, state] = await allRevisions(store, team("w1"), "plan");
        expect(removal).not.toHaveProperty("entry");
        expect(state?.entry?.value).toBe("plan");
      }
    });

    it("comes page by page, and refuses a cursor it did not give", async () => {
      const { store } = await open();
      if (!store.capabilities.history) return;
      for (let i = 0; i < 5; i++) await store.save(scope, [write("plan", { value: i })]);
      const history = await allRevisions(store, scope, "plan", 2);
      expect(history.map(({ entry }) => entry?.value)).toEqual([4, 3, 2, 1, 0]);
      for (const cursor of ["", "none", "after:plan"]) {
        await expect(store.history(scope, "plan", { limit: 2, cursor })).rejects.toMatchObject({
          code: "MEM_INVALID_ARGUMENT",
        });
      }
    });

    it("is there when the storage is opened again", async () => {
      const { store, reopen } = await open();
      if (!store.capabilities.history) return;
      await store.save(scope, writes(["plan"]));
      await store.delete(scope, [{ key: "plan" }]);
      const before = await allRevisions(store, scope, "plan");
      const again = await reopen();
      expect(await allRevisions(again, scope, "plan")).toEqual(before);
      expect(before).toHaveLength(2);
    });

    it("belongs to the caller", async () => {
      const { store } = await open();
      if (!store.capabilities.history) return;
      await store.save(scope, [write("plan", { value: { items: [1] } })]);
      const [first] = await allRevisions(store, scope, "plan");
      (first!.entry!.value as { items: number[] }).items.push(2);
      expect((await allRevisions(store, scope, "plan"))[0]?.entry?.value).toEqual({ items: [1] });
    });

    it("answers what was there at a time", async () => {
      const { store } = await open();
      if (!store.capabilities.history) return;
      const first = await saveAt(store, "first", 0);
      const second = await saveAt(store, "second", first + 1);
      await untilAfter(second);
      await store.delete(scope, [{ key: "plan" }]);
      const [removal] = await allRevisions(store, scope, "plan");
      const valueAt = async (asOf: number): Promise<unknown> =>
        (await store.get(scope, ["plan"], { asOf }))[0]?.value;
      expect(await valueAt(first)).toBe("first");
      expect(await valueAt(second - 1)).toBe("first");
      expect(await valueAt(second)).toBe("second");
      expect(await valueAt(removal!.at)).toBeUndefined();
      expect(await valueAt(Date.now() + 1000)).toBeUndefined();
    });

    it("says since when it is kept where it is asked for an earlier time", async () => {
      const { store } = await open();
      if (!store.capabilities.history) return;
      await store.save(scope, writes(["plan"]));
      await expect(store.get(scope, ["plan"], { asOf: 0 })).rejects.toMatchObject({
        code: "MEM_INVALID_ARGUMENT",
        path: "options.asOf",
      });
    });
  });
}

/** Fetches every state of an entry, page by page. */
export async function allRevisions(
  store: LongTermStore,
  where: Scope,
  key: string,
  limit: number = 10,
): Promise<Revision[]> {
  const revisions: Revision[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.history(where, key, {
      limit,
      ...(cursor !== undefined && { cursor }),
    });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    revisions.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return revisions;
}

/** Saves once the clock is past `time`; returns the time of the write. */
async function saveAt(store: LongTermStore, value: string, time: number): Promise<number> {
  await untilAfter(time);
  await store.save(scope, [write("plan", { value })]);
  const [entry] = await store.get(scope, ["plan"]);
  return entry!.updatedAt;
}

async function untilAfter(time: number): Promise<void> {
  await expect.poll(() => Date.now(), { interval: 1 }).toBeGreaterThan(time);
}
