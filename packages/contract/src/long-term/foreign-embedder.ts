import type { LongTermStore } from "@mem/core";
import { isMemoryError } from "@mem/core";
import { describe, expect, it } from "vitest";
import type { Open } from "./harness.ts";
import { agent, agents, query, TENANT, texts, write } from "./samples.ts";
import { createScriptedEmbedder } from "./scripted-embedder.ts";

const scope = agent("scout");
const here = agents("scout");

export function refusesForeignEmbedders(open: Open): void {
  describe("a storage with vectors", () => {
    it.each([
      ["another length", { dimensions: 32 }],
      ["another model of the same length", { dimensions: 64, model: "stranger" }],
    ])(
      "refuses an embedder of %s, and says which one made them and what to do",
      async (_, foreign) => {
        const own = createScriptedEmbedder();
        const { store, reopen } = await open({ embedder: own });
        await store.save(scope, texts("newsletters"));
        await store.flush();
        const embedder = createScriptedEmbedder(foreign);
        const refusals = await refusalsOf(await reopen({ embedder }));
        expect(refusals.length).toBeGreaterThan(0);
        for (const { code, message } of refusals) {
          expect(["MEM_DIMENSION", "MEM_EMBEDDING"]).toContain(code);
          expect(message).toContain(own.model);
          expect(message).toContain("reembed");
        }
        const again = await reopen({ embedder: own });
        await again.flush();
        const [hit] = await again.search(here, query("newsletters", { mode: "vector" }));
        expect(hit?.scores.vector).toBeCloseTo(1, 3);
      },
    );

    it("can be opened without its embedder, and with it again", async () => {
      const embedder = createScriptedEmbedder();
      const { store, reopen } = await open({ embedder });
      await store.save(scope, texts("newsletters"));
      await store.flush();
      const without = await reopen({});
      expect(await without.search(here, query("newsletter", { mode: "auto" }))).toHaveLength(1);
      await without.save(scope, [write("new", { text: "figures" })]);
      const again = await reopen({ embedder });
      await again.flush();
      expect(await again.stats(TENANT)).toMatchObject({ entries: 2, pendingVectors: 0 });
      const [hit] = await again.search(here, query("figures", { mode: "vector" }));
      expect(hit?.key).toBe("new");
    });

    it("can be given an embedder later", async () => {
      const { store, reopen } = await open();
      await store.save(scope, texts("newsletters"));
      const again = await reopen({ embedder: createScriptedEmbedder() });
      await again.flush();
      const [hit] = await again.search(here, query("newsleter", { mode: "vector" }));
      expect(hit?.key).toBe("t0000");
    });
  });
}

/** The errors with which a store that was opened with a foreign embedder refuses to mix the two. */
async function refusalsOf(store: LongTermStore): Promise<{ code: string; message: string }[]> {
  const settled = await Promise.allSettled([
    store.search(here, query("newsletters", { mode: "vector" })),
    store.save(scope, [write("mixed", { text: "newsletters" })]).then(() => store.flush()),
  ]);
  return settled.map((result) => {
    expect(result.status).toBe("rejected");
    const { reason } = result as PromiseRejectedResult;
    expect(isMemoryError(reason)).toBe(true);
    return reason as { code: string; message: string };
  });
}
