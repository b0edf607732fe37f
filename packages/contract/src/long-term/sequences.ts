import type { LongTermWrite, SearchHit } from "@mem/core";
import { describe, expect, it } from "vitest";
import type { Open } from "./harness.ts";
import { agent, agents, query, TENANT, write } from "./samples.ts";

const scope = agent("listener");
const here = agents("listener");

/** A write at a position in a sequence. */
function at(id: string, position: number, key: string, text: string): LongTermWrite {
  return write(key, { text, sequence: { id, position } });
}

/** `next` is beside the entry that answers the query; `alone` has the same text in another sequence. */
function conversations(answer = -5): LongTermWrite[] {
  return [
    at("talk", answer + 0.5, "next", "the budget was approved"),
    at("talk", answer, "answer", "newsletter newsletter newsletter"),
    at("talk", answer + 1e6, "far", "nothing of interest"),
    at("other", answer + 0.5, "alone", "the budget was approved"),
    at("other", answer + 7, "last", "nothing of interest"),
  ];
}

export function borrowsFromNeighbours(open: Open): void {
  describe("an entry in a sequence", () => {
    it("borrows score from its neighbours", async () => {
      const { store } = await open();
      await store.save(scope, conversations());
      const hits = byKey(await store.search(here, query("newsletter budget")));
      expect(hits["next"]?.score).toBeGreaterThan(hits["alone"]?.score ?? 1);
      expect(hits["next"]?.scores.neighbours).toBeGreaterThan(0);
    });

    it("borrows nothing when it is told not to", async () => {
      const { store } = await open();
      await store.save(scope, conversations());
      const hits = byKey(
        await store.search(here, query("newsletter budget", { neighbours: false })),
      );
      expect(hits["next"]?.score).toBe(hits["alone"]?.score);
      expect(hits["next"]?.scores).not.toHaveProperty("neighbours");
    });

    it("borrows as it is by now, after updates, deletes and a new opening", async () => {
      const { store, reopen } = await open();
      await store.save(scope, conversations());
      const before = await store.search(here, query("newsletter budget"));
      const again = await reopen();
      expect(await again.search(here, query("newsletter budget"))).toEqual(before);
      await again.delete(scope, [{ key: "answer" }]);
      const hits = byKey(await again.search(here, query("newsletter budget")));
      expect(hits["next"]?.score).toBe(hits["alone"]?.score);
    });

    it("keeps its score from 0 to 1", async () => {
      const { store } = await open();
      await store.save(
        scope,
        Array.from({ length: 9 }, (_, i) => at("talk", i, `m${i}`, "newsletter newsletter")),
      );
      const hits = await store.search(here, query("newsletter"));
      expect(hits).toHaveLength(9);
      for (const { score } of hits) expect(score).toBeLessThanOrEqual(1);
    });

    it("borrows nothing from another tenant's sequence of the same name", async () => {
      const { store } = await open();
      const own = conversations().filter(({ key }) => key !== "answer");
      await store.save(scope, own);
      const before = await store.search(here, query("newsletter budget"));
      await store.save({ tenantId: "other", agentId: "listener" }, conversations());
      await store.save({ tenantId: TENANT, agentId: "stranger" }, conversations());
      expect(await store.search(here, query("newsletter budget"))).toEqual(before);
    });
  });
}

function byKey(hits: readonly SearchHit[]): Partial<Record<string, SearchHit>> {
  return Object.fromEntries(hits.map((hit) => [hit.key, hit]));
}
