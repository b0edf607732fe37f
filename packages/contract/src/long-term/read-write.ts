import type { LongTermWrite } from "@mem/core";
import { describe, expect, it } from "vitest";
import type { Open } from "./harness.ts";
import { agent, saveOne, write, writes } from "./samples.ts";

const FULL: LongTermWrite = {
  key: "brand/voice",
  value: { tone: "warm", rules: [1, 2, { never: null }] },
  text: "warm and plain",
  metadata: { team: "brand", score: 0.5 },
  subject: "person:7",
  source: "document",
  derivedFrom: ["long_term:acme::writer:draft"],
  sequence: { id: "guide", position: 2.5 },
};

export function readsAndWrites(open: Open): void {
  describe("reading and writing", () => {
    it("returns an entry with all that was saved", async () => {
      const { store } = await open();
      const version = await saveOne(store, agent("writer", "w1"), FULL);
      const [entry] = await store.get(agent("writer", "w1"), [FULL.key]);
      expect(entry).toEqual({
        ...FULL,
        agentId: "writer",
        workflowId: "w1",
        version,
        createdAt: expect.any(Number),
        updatedAt: entry?.createdAt,
      });
    });

    it("leaves out what was not given", async () => {
      const { store } = await open();
      await saveOne(store, agent("writer"), write("plain"));
      await saveOne(store, { tenantId: "acme", workflowId: "w1" }, write("plain"));
      const [own] = await store.get(agent("writer"), ["plain"]);
      const [shared] = await store.get({ tenantId: "acme", workflowId: "w1" }, ["plain"]);
      const always = ["createdAt", "key", "source", "text", "updatedAt", "value", "version"];
      expect(Object.keys(own ?? {}).toSorted()).toEqual(["agentId", ...always]);
      expect(Object.keys(shared ?? {}).toSorted()).toEqual([...always, "workflowId"]);
    });

    it("answers in the order of the keys, with undefined where there is nothing", async () => {
      const { store } = await open();
      await store.save(agent("writer"), writes(["a", "b", "c"]));
      const entries = await store.get(agent("writer"), ["c", "none", "a"]);
      expect(entries.map((entry) => entry?.value)).toEqual(["c", undefined, "a"]);
    });

    it("takes calls about nothing", async () => {
      const { store } = await open();
      expect(await store.get(agent("writer"), [])).toEqual([]);
      expect(await store.save(agent("writer"), [])).toEqual([]);
      expect(await store.delete(agent("writer"), [])).toEqual([]);
    });

    it("replaces an entry as a whole and keeps when it was created", async () => {
      const { store } = await open();
      await saveOne(store, agent("writer"), FULL);
      const [before] = await store.get(agent("writer"), [FULL.key]);
      const version = await saveOne(store, agent("writer"), write(FULL.key, { value: "new" }));
      const [after] = await store.get(agent("writer"), [FULL.key]);
      expect(after).toEqual({
        ...write(FULL.key, { value: "new" }),
        agentId: "writer",
        version,
        createdAt: before?.createdAt,
        updatedAt: expect.any(Number),
      });
      expect(after?.updatedAt).toBeGreaterThanOrEqual(before?.updatedAt ?? Infinity);
    });

    it("deletes, and says whether there was something", async () => {
      const { store } = await open();
      await store.save(agent("writer"), writes(["a", "b"]));
      const removals = [{ key: "none" }, { key: "a" }];
      expect(await store.delete(agent("writer"), removals)).toEqual([false, true]);
      expect(await store.delete(agent("writer"), [{ key: "a" }])).toEqual([false]);
      expect(await store.get(agent("writer"), ["a"])).toEqual([undefined]);
      expect(await store.count(agent("writer"))).toBe(1);
    });

    it("starts anew after a delete", async () => {
      const { store } = await open();
      await saveOne(store, agent("writer"), FULL);
      await store.delete(agent("writer"), [{ key: FULL.key }]);
      await saveOne(store, agent("writer"), write(FULL.key));
      const [entry] = await store.get(agent("writer"), [FULL.key]);
      expect(entry?.metadata).toBeUndefined();
      expect(entry?.createdAt).toBe(entry?.updatedAt);
    });

    it("keeps a value of a megabyte", async () => {
      const { store } = await open();
      const value = Array.from({ length: 1024 }, (_, i) => String(i).padStart(1024, "é"));
      await saveOne(store, agent("writer"), write("large", { value }));
      const [entry] = await store.get(agent("writer"), ["large"]);
      expect(entry?.value).toEqual(value);
    });

    it("refuses to read the past where it keeps no history", async () => {
      const { store } = await open();
      if (store.capabilities.history) return;
      await expect(store.get(agent("writer"), ["a"], { asOf: 0 })).rejects.toMatchObject({
        code: "MEM_UNSUPPORTED",
      });
    });
  });
}
