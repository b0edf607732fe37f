import { isMemoryError, type Embedder, type LongTermStore } from "@mem/core";
import { describe, expect, it } from "vitest";
import type { Open } from "./harness.ts";
import { agent, agents, query, TENANT, texts, write } from "./samples.ts";
import { createScriptedEmbedder, type ScriptedEmbedder } from "./scripted-embedder.ts";

const scope = agent("translator");
const here = agents("translator");

export function takesNoLateAnswer(open: Open): void {
  describe("what the old embedder answers when another has taken over", () => {
    it("becomes no vector of an entry", async () => {
      const own = createScriptedEmbedder();
      const { store, reopen } = await open({ embedder: own });
      await store.save(scope, texts("newsletters"));
      await store.flush();
      const answer = delay(own, "document");
      await store.save(scope, [write("late", { text: "quarterly figures" })]);
      // A store may ask the embedder only when it has to.
      const flushed = store.flush().catch(() => undefined);
      const other = createMirrored();
      await store.reembed(other);
      answer();
      await flushed;
      await store.flush();
      for (const each of [async () => store, () => reopen({ embedder: other })]) {
        const opened = await each();
        expect(await opened.stats(TENANT)).toMatchObject({ entries: 2, pendingVectors: 0 });
        expect(await likenessOf(opened, "quarterly figures")).toBeCloseTo(1, 3);
        expect(await likenessOf(opened, "newsletters")).toBeCloseTo(1, 3);
      }
    });

    it("becomes no vector of an entry that another handle saved", async () => {
      const own = createScriptedEmbedder();
      const { store, another } = await open({ embedder: own });
      if (!store.capabilities.shared) return;
      const old = await another!();
      await old.save(scope, texts("newsletters"));
      await old.flush();
      const answer = delay(own, "document");
      await old.save(scope, [write("late", { text: "quarterly figures" })]);
      const flushed = old.flush().catch(() => undefined);
      await store.reembed(createMirrored());
      answer();
      await flushed;
      await store.flush();
      expect(await likenessOf(store, "quarterly figures")).toBeCloseTo(1, 3);
      expect(await store.verify()).toEqual({ entries: 2, problems: [] });
    });

    it("is compared with no vector of the other", async () => {
      const own = createScriptedEmbedder();
      const { store } = await open({ embedder: own });
      await store.save(scope, texts("newsletters", "quarterly figures"));
      await store.flush();
      const answer = delay(own, "query");
      const asked = store.search(here, query("newsletters", { mode: "vector" })).then(
        ([hit]) => hit?.scores.vector,
        (error: unknown) => error,
      );
      await store.reembed(createMirrored());
      answer();
      const outcome = await asked;
      expect(isMemoryError(outcome) ? 1 : outcome).toBeCloseTo(1, 3);
    });
  });
}

/** Has the same dimensions as the scripted embedder but shares nothing with it: its vectors are reversed. */
function createMirrored(): Embedder {
  const honest = createScriptedEmbedder();
  return {
    ...honest,
    model: "mirrored",
    async embed(all, request) {
      return (await honest.embed(all, request)).map((vector) => vector.toReversed());
    },
  };
}

/** Holds back an embedder's answers of one kind until the returned function is called. */
function delay(embedder: ScriptedEmbedder, kind: "document" | "query"): () => void {
  const gate = Promise.withResolvers<void>();
  const honest = createScriptedEmbedder();
  embedder.misbehave(async (all, request) => {
    await gate.promise;
    return honest.embed(all, request);
  }, kind);
  return () => gate.resolve();
}

async function likenessOf(store: LongTermStore, text: string): Promise<number | undefined> {
  const [hit] = await store.search(here, query(text, { mode: "vector", topK: 1 }));
  expect(hit?.text).toBe(text);
  return hit?.scores.vector;
}
