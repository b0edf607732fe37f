import type { PortableEntry, RestoreOptions } from "@mem/core";
import { describe, expect, it } from "vitest";
import type { Open } from "./harness.ts";
import { allEntries, portable } from "./portable-samples.ts";
import { agent, agents, keysOf, query, TENANT, write } from "./samples.ts";

const scope = agent("restorer");

export function restores(open: Open): void {
  describe("restoring", () => {
    it("replaces what is there unless it is told to skip it, and says how many of each", async () => {
      const { store } = await open();
      await store.save(scope, [write("plan", { value: "own", text: "autumn" })]);
      const [own] = await store.get(scope, ["plan"]);
      const incoming = [
        portable(scope, "plan", { value: "restored", text: "winter" }),
        portable(scope, "brief"),
      ];
      expect(await store.restore(incoming, { ifExists: "skip" })).toEqual({
        stored: 1,
        skipped: 1,
      });
      expect(await store.get(scope, ["plan"])).toEqual([own]);
      expect(await store.restore(incoming)).toEqual({ stored: 2, skipped: 0 });
      const [restored] = await store.get(scope, ["plan"]);
      expect(restored).toEqual({
        ...incoming[0]?.entry,
        agentId: "restorer",
        version: expect.any(String),
      });
      expect(restored?.version).not.toBe(own?.version);
      expect(await store.search(agents("restorer"), query("autumn"))).toEqual([]);
      expect(keysOf(await store.search(agents("restorer"), query("winter")))).toEqual(["plan"]);
      expect(await store.restore([])).toEqual({ stored: 0, skipped: 0 });
    });

    it("keeps the later of two that have one place", async () => {
      const { store } = await open();
      const two = [1, 2].map((value) => portable(scope, "plan", { value }));
      await store.restore(two);
      expect((await store.get(scope, ["plan"]))[0]?.value).toBe(2);
      expect(await store.count(scope)).toBe(1);
    });

    it("stores into many scopes at once", async () => {
      const { store } = await open();
      const entries = Array.from({ length: 2000 }, (_, i) =>
        portable(agent(`agent-${i % 7}`, i % 2 === 0 ? "w1" : undefined), `key-${i}`, {
          text: i === 1234 ? "needle" : "hay",
        }),
      );
      expect(await store.restore(entries)).toEqual({ stored: 2000, skipped: 0 });
      expect(await store.stats(TENANT)).toMatchObject({ entries: 2000 });
      expect(await store.count(agent("agent-2", "w1"))).toBe(143);
      const hits = await store.search(agents("agent-2"), query("needle"));
      expect(keysOf(hits)).toEqual(["key-1234"]);
    });

    const vector = Float32Array.of(1, 0);
    const vectorsOf = { model: "two", dimensions: 2 };
    it.each<[string, unknown, string, RestoreOptions?]>([
      ["no entry", null, "MEM_INVALID_ARGUMENT"],
      ["no scope", { ...portable(scope, "bad"), scope: undefined }, "MEM_INVALID_ARGUMENT"],
      ["a tenant alone", portable({ tenantId: TENANT } as never, "bad"), "MEM_INVALID_ARGUMENT"],
      ["no content", { scope }, "MEM_INVALID_ARGUMENT"],
      ["an empty key", portable(scope, ""), "MEM_INVALID_ARGUMENT"],
      ["no value", portable(scope, "bad", { value: undefined as never }), "MEM_NOT_JSON"],
      ["a value that is no JSON", portable(scope, "bad", { value: [Number.NaN] }), "MEM_NOT_JSON"],
      ["no text", portable(scope, "bad", { text: null as never }), "MEM_INVALID_ARGUMENT"],
      ["no time", portable(scope, "bad", { createdAt: Number.NaN }), "MEM_INVALID_ARGUMENT"],
      ["half a time", portable(scope, "bad", { updatedAt: 0.5 }), "MEM_INVALID_ARGUMENT"],
      ["another source", portable(scope, "bad", { source: "x" as never }), "MEM_INVALID_ARGUMENT"],
      ["an empty subject", portable(scope, "bad", { subject: "" }), "MEM_INVALID_ARGUMENT"],
      [
        "a list as metadata",
        portable(scope, "bad", { metadata: [] as never }),
        "MEM_INVALID_ARGUMENT",
      ],
      [
        "no position",
        portable(scope, "bad", { sequence: { id: "chat", position: Number.NaN } }),
        "MEM_INVALID_ARGUMENT",
      ],
      ["an empty operation", { ...portable(scope, "bad"), opId: "" }, "MEM_INVALID_ARGUMENT"],
      [
        "a vector that is none",
        { ...portable(scope, "bad"), vector: [1, 0] },
        "MEM_INVALID_ARGUMENT",
      ],
      [
        "a number that is none in a vector",
        { ...portable(scope, "bad"), vector: Float32Array.of(1, Number.NaN) },
        "MEM_INVALID_ARGUMENT",
      ],
      [
        "an infinite number in a vector",
        { ...portable(scope, "bad"), vector: Float32Array.of(1, Infinity) },
        "MEM_INVALID_ARGUMENT",
      ],
      [
        "a vector of another length",
        { ...portable(scope, "bad"), vector: Float32Array.of(1) },
        "MEM_DIMENSION",
        { vectorsOf },
      ],
      [
        "a choice that is none",
        portable(scope, "bad"),
        "MEM_INVALID_ARGUMENT",
        { ifExists: "merge" as never },
      ],
    ])("refuses %s before anything is written", async (_, bad, code, options) => {
      const { store } = await open();
      const good = { ...portable(scope, "good"), vector };
      await store.save(scope, [write("own")]);
      const before = await allEntries(store);
      for (const entries of [
        [good, bad],
        [bad, good],
      ]) {
        await expect(store.restore(entries as PortableEntry[], options)).rejects.toMatchObject({
          code,
          outcome: "not-applied",
        });
      }
      expect(await allEntries(store)).toEqual(before);
    });
  });
}
