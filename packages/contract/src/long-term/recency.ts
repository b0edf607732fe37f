import type { LongTermStore, SearchHit } from "@mem/core";
import { describe, expect, it } from "vitest";
import type { Open } from "./harness.ts";
import { portable } from "./portable-samples.ts";
import { agent, agents, keysOf, query, write } from "./samples.ts";

const scope = agent("chronicler");
const here = agents("chronicler");
const HOUR = 3_600_000;
const AGES = [0, 1, 24, 240, 1e6] as const;

export function prefersRecent(open: Open): void {
  describe("recency", () => {
    it("takes its share of a score by age: weight · (1 - 2^(-age / halfLife))", async () => {
      const { store } = await open();
      await saveAged(store, AGES);
      const plain = byKey(await store.search(here, query("budget")));
      for (const recency of [
        { halfLife: 86_400, weight: 0.3 },
        { halfLife: 864_000, weight: 0.9 },
        { halfLife: 864_000, weight: 0 },
      ]) {
        const hits = byKey(await store.search(here, query("budget", { recency })));
        for (const age of AGES) {
          const { score, scores } = hits.get(`age-${age}`)!;
          const full = plain.get(`age-${age}`)!.score;
          const left = 1 - recency.weight * (1 - 2 ** ((-age * 3600) / recency.halfLife));
          expect(score).toBeCloseTo(full * left, 4);
          expect(scores.recency).toBeCloseTo(score - full, 6);
          expect(scores.recency).toBeLessThanOrEqual(0);
        }
      }
      for (const { scores } of plain.values()) expect(scores).not.toHaveProperty("recency");
    });

    it("ranks what is newer higher among equals, and leaves the best match the best", async () => {
      const { store } = await open();
      await saveAged(store, [240, 1, 24]);
      const best = { text: "budget of autumn", ...aged(await nowOf(store), 480) };
      await store.restore([portable(scope, "best", best)]);
      const recency = { halfLife: 86_400, weight: 0.3 };
      const hits = await store.search(here, query("budget autumn", { recency }));
      expect(keysOf(hits)).toEqual(["best", "age-1", "age-24", "age-240"]);
      const [first] = await store.search(here, query("budget", { recency, topK: 1 }));
      expect(first?.key).toBe("age-1");
    });

    it("counts from the last update", async () => {
      const { store } = await open();
      await saveAged(store, [240]);
      await store.save(scope, [write("age-240", { text: "budget" })]);
      const recency = { halfLife: 86_400, weight: 1 };
      const [hit] = await store.search(here, query("budget", { recency }));
      expect(hit?.scores.recency).toBeGreaterThan(-0.01);
    });

    it("gives nothing to what is of the future", async () => {
      const { store } = await open();
      await saveAged(store, [-1000]);
      const recency = { halfLife: 3600, weight: 1 };
      const [plain] = await store.search(here, query("budget"));
      const [hit] = await store.search(here, query("budget", { recency }));
      expect(hit?.score).toBeCloseTo(plain!.score, 9);
    });

    it("comes before minScore", async () => {
      const { store } = await open();
      await saveAged(store, [0, 240]);
      const [hit] = await store.search(here, query("budget", { topK: 1 }));
      const recency = { halfLife: 3600, weight: 0.5 };
      const request = query("budget", { recency, minScore: hit!.score * 0.75 });
      expect(keysOf(await store.search(here, request))).toEqual(["age-0"]);
    });
  });
}

/** Stores entries with the same text, each last changed that many hours ago by the store's own clock. */
async function saveAged(store: LongTermStore, hours: readonly number[]): Promise<void> {
  const now = await nowOf(store);
  const entries = hours.map((age) =>
    portable(scope, `age-${age}`, { text: "budget", ...aged(now, age) }),
  );
  await store.restore(entries);
}

async function nowOf(store: LongTermStore): Promise<number> {
  const clock = agent("clock");
  await store.save(clock, [write("now")]);
  const [entry] = await store.get(clock, ["now"]);
  return entry!.updatedAt;
}

function aged(now: number, hours: number): { createdAt: number; updatedAt: number } {
  return { createdAt: 1, updatedAt: Math.max(1, now - hours * HOUR) };
}

function byKey(hits: readonly SearchHit[]): Map<string, SearchHit> {
  return new Map(hits.map((hit) => [hit.key, hit]));
}
