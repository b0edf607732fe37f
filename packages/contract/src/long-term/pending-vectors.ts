import { createHashingEmbedder, type LongTermStore } from "@mem/core";
import { describe, expect, it } from "vitest";
import type { Open } from "./harness.ts";
import { agent, agents, query, TENANT, texts, write } from "./samples.ts";
import { createScriptedEmbedder, down, hanging } from "./scripted-embedder.ts";

const scope = agent("scout");
const here = agents("scout");

export function tellsWhatIsPending(open: Open): void {
  describe("a vector that is still to come", () => {
    it("is of a text that was stored before the embedder was asked", async () => {
      const embedder = createScriptedEmbedder();
      const { store } = await open({ embedder });
      const honest = createHashingEmbedder({ dimensions: 64 });
      const found: unknown[] = [];
      embedder.misbehave(async (asked, request) => {
        const { items } = await store.list(scope, { limit: 10 });
        for (const text of asked) found.push(items.some((entry) => entry.text === text));
        return honest.embed(asked, request);
      }, "document");
      await store.save(scope, texts("newsletters", "figures"));
      await store.flush();
      expect(found).toEqual([true, true]);
    });

    it.each([
      ["is down", down],
      ["never answers", hanging],
    ])("is counted by stats and health while the service %s", async (_, embed) => {
      const embedder = createScriptedEmbedder();
      const { store, reopen } = await open({ embedder });
      await store.save(scope, texts("newsletters"));
      await store.flush();
      expect(await pendingIn(store)).toEqual([0, 0]);
      embedder.misbehave(embed, "document");
      const saved = [0, 1, 2].map((i) => write(`k${i}`, { text: `figures ${i}` }));
      await store.save(scope, saved);
      expect(await pendingIn(store)).toEqual([3, 3]);
      expect(await store.search(here, query("figures"))).toHaveLength(3);
      embedder.work();
      const again = await reopen();
      await again.flush();
      expect(await pendingIn(again)).toEqual([0, 0]);
      const [hit] = await again.search(here, query("figures 2", { mode: "vector" }));
      expect(hit?.key).toBe("k2");
    });
  });
}

/** The pending counts of `stats` and `health`: one counts entries, one texts; if all texts differ, they are equal. */
async function pendingIn(store: LongTermStore): Promise<unknown[]> {
  const { pendingVectors } = await store.stats(TENANT);
  const { details } = await store.health();
  const pending = Object.entries(details).find(([name]) => name.startsWith("pending"));
  return [pendingVectors, pending?.[1]];
}
