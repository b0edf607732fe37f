import type { Embedder, LongTermStore, PortableEntry, SearchHit } from "@mem/core";
import { describe, expect, it } from "vitest";
import type { Open } from "./harness.ts";
import { allEntries } from "./portable-samples.ts";
import { agent, agents, query, TENANT, texts, write } from "./samples.ts";
import { createOtherEmbedder, createScriptedEmbedder } from "./scripted-embedder.ts";

const scope = agent("mapper");

export function carriesVectors(open: Open): void {
  describe("vectors on their way", () => {
    it("are those of the embedder that the store names", async () => {
      const embedder = createScriptedEmbedder();
      const { store } = await open({ embedder });
      expect(await store.embedder()).toEqual(fingerprint(embedder));
      await store.save(scope, [...texts("autumn", "winter"), write("silent")]);
      await store.flush();
      const vectors = (await allEntries(store)).map(({ entry, vector }) => [entry.text, vector]);
      const [autumn, winter] = await embedder.embed(["autumn", "winter"], { kind: "document" });
      expect(new Map(vectors as [])).toEqual(
        new Map<unknown, unknown>([
          ["", undefined],
          ["autumn", autumn],
          ["winter", winter],
        ]),
      );
    });

    it("are none without an embedder", async () => {
      const { store } = await open();
      expect(await store.embedder()).toBeUndefined();
      await store.save(scope, texts("autumn"));
      expect((await allEntries(store))[0]).not.toHaveProperty("vector");
    });

    it("are taken by a store with the same embedder, which need not make them again", async () => {
      const embedder = createScriptedEmbedder();
      const entries = await embedded(open, embedder);
      const own = createScriptedEmbedder();
      const { store, reopen } = await open({ embedder: own });
      await store.restore(entries, { vectorsOf: fingerprint(embedder) });
      await store.flush();
      expect(own.asked.document).toBe(0);
      expect(await store.stats(TENANT)).toMatchObject({ entries: 2, pendingVectors: 0 });
      expect((await nearest(store))?.scores.vector).toBeCloseTo(1, 3);
      const again = await reopen();
      expect((await nearest(again))?.scores.vector).toBeCloseTo(1, 3);
      expect(withVectors(await allEntries(again))).toEqual(withVectors(entries));
    });

    it.each<[string, (embedder: Embedder) => object]>([
      ["another model's", ({ dimensions }) => ({ vectorsOf: { model: "stranger", dimensions } })],
      ["nobody says whose", () => ({})],
    ])("are made anew where they are %s", async (_, options) => {
      const embedder = createScriptedEmbedder();
      const entries = (await embedded(open, embedder)).map((each) => ({
        ...each,
        vector: new Float32Array(64).fill(0.125),
      }));
      const own = createScriptedEmbedder();
      const { store } = await open({ embedder: own });
      await store.restore(entries, options(embedder));
      await store.flush();
      expect(own.asked.document).toBe(2);
      expect((await nearest(store))?.scores.vector).toBeCloseTo(1, 3);
    });

    it("are left behind by entries without text, which no embedder is ever asked for", async () => {
      const embedder = createScriptedEmbedder();
      const [entry] = await embedded(open, embedder);
      const { store } = await open({ embedder: createScriptedEmbedder() });
      const silent = ["", " "].map((text, i) => ({
        ...entry!,
        entry: { ...entry!.entry, key: `silent ${i}`, text },
      }));
      await store.restore(silent, { vectorsOf: fingerprint(embedder) });
      for (const each of await allEntries(store)) expect(each).not.toHaveProperty("vector");
      const other = createOtherEmbedder();
      expect(await store.reembed(other)).toEqual({ entries: 0 });
      expect(other.asked.document).toBe(0);
      expect(await store.stats(TENANT)).toMatchObject({ entries: 2, pendingVectors: 0 });
    });

    it("are left behind by a store without an embedder", async () => {
      const embedder = createScriptedEmbedder();
      const entries = await embedded(open, embedder);
      const { store } = await open();
      const vectorsOf = fingerprint(embedder);
      expect(await store.restore(entries, { vectorsOf })).toEqual({ stored: 2, skipped: 0 });
      expect(await store.search(agents("mapper"), query("autumn"))).toHaveLength(1);
    });

    it("are gone with what is erased, and stay with others of the same text", async () => {
      const { store, reopen } = await open({ embedder: createScriptedEmbedder() });
      const other = agent("other");
      await store.save(scope, texts("autumn", "winter"));
      await store.save(other, texts("autumn"));
      await store.flush();
      await store.erase({ scope, key: "t0000" });
      for (const opening of [async () => store, reopen]) {
        const each = await opening();
        const vector = query("autumn", { mode: "vector" });
        const found = await each.search(agents("mapper"), vector);
        expect(found.map(({ text }) => text)).not.toContain("autumn");
        expect((await each.search(agents("other"), vector))[0]?.scores.vector).toBeCloseTo(1, 3);
      }
    });
  });
}

/** Two entries with their vectors. */
async function embedded(open: Open, embedder: Embedder): Promise<PortableEntry[]> {
  const { store } = await open({ embedder });
  await store.save(scope, texts("autumn", "winter"));
  await store.flush();
  return allEntries(store);
}

async function nearest(store: LongTermStore): Promise<SearchHit | undefined> {
  const [hit] = await store.search(agents("mapper"), query("autumn", { mode: "vector" }));
  expect(hit?.text).toBe("autumn");
  return hit;
}

function fingerprint({ model, dimensions }: Embedder): Pick<Embedder, "model" | "dimensions"> {
  return { model, dimensions };
}

function withVectors(entries: readonly PortableEntry[]): unknown {
  return entries.map(({ entry, vector }) => [entry.key, vector]);
}
