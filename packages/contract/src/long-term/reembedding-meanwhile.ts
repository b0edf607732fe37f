import type { Embedder, LongTermStore } from "@mem/core";
import { describe, expect, it } from "vitest";
import { expectRejection } from "../traits/expect-rejection.ts";
import type { Open } from "./harness.ts";
import { agent, agents, keysOf, query, TENANT, texts, write } from "./samples.ts";
import { createOtherEmbedder, createScriptedEmbedder } from "./scripted-embedder.ts";

const scope = agent("translator");
const here = agents("translator");

export function worksWhileItsEmbedderChanges(open: Open): void {
  describe("while another embedder is asked for vectors", () => {
    it("the store is used with the one it has, and what is saved has a vector in the end", async () => {
      const own = createScriptedEmbedder();
      const { store } = await open({ embedder: own });
      await store.save(scope, texts("newsletters", "quarterly figures", "office plants"));
      await store.flush();
      const { embedder, asked, answer } = createWaiting();
      const going = store.reembed(embedder);
      await asked;
      await store.save(scope, [write("new", { text: "summer party" })]);
      await store.save(scope, [write("t0000", { text: "postal letters" })]);
      await store.delete(scope, [{ key: "t0001" }]);
      expect(keysOf(await store.search(here, query("party plants")))).toHaveLength(2);
      const [hit] = await store.search(here, query("office plants", { mode: "vector" }));
      expect(hit?.key).toBe("t0002");
      expect(hit?.scores.vector).toBeCloseTo(1, 3);
      expect((await store.embedder())?.model).toBe(own.model);
      answer();
      await going;
      await store.flush();
      expect((await store.embedder())?.model).toBe(embedder.model);
      expect(await store.stats(TENANT)).toMatchObject({ entries: 3, pendingVectors: 0 });
      for (const text of ["summer party", "postal letters", "office plants"]) {
        expect(await likenessOf(store, text)).toBeCloseTo(1, 3);
      }
      const all = await store.search(here, query("quarterly figures", { mode: "vector" }));
      expect(keysOf(all)).not.toContain("t0001");
    });

    it("a signal ends the waiting", async () => {
      const { store } = await open({ embedder: createScriptedEmbedder() });
      await store.save(scope, texts("newsletters"));
      await store.flush();
      const { embedder, asked, answer } = createWaiting();
      const controller = new AbortController();
      const { signal } = controller;
      const given = expectRejection(() => store.reembed(embedder, { signal }), "MEM_ABORTED");
      await asked;
      controller.abort();
      await given;
      answer();
      expect(await likenessOf(store, "newsletters")).toBeCloseTo(1, 3);
    });

    it("the store can be closed, and opened again with the one it had", async () => {
      const { store, reopen } = await open({ embedder: createScriptedEmbedder() });
      await store.save(scope, texts("newsletters"));
      await store.flush();
      const { embedder, asked, answer } = createWaiting();
      const going = store.reembed(embedder).catch((error: unknown) => error);
      await asked;
      const opened = reopen();
      answer();
      const [again, outcome] = await Promise.all([opened, going]);
      if (outcome instanceof Error) {
        expect(outcome).toMatchObject({ code: "MEM_CLOSED" });
        expect(await likenessOf(again, "newsletters")).toBeCloseTo(1, 3);
      } else {
        const other = await reopen({ embedder });
        expect(await likenessOf(other, "newsletters")).toBeCloseTo(1, 3);
      }
    });
  });

  describe("another handle, when a store has gone over to another embedder", () => {
    it("saves, and searches by keyword; by vector it refuses until it is opened anew", async () => {
      const own = createScriptedEmbedder();
      const { store, another, reopen } = await open({ embedder: own });
      if (!store.capabilities.shared) return;
      await store.save(scope, texts("newsletters", "quarterly figures"));
      await store.flush();
      const other = await another!();
      expect(await likenessOf(other, "newsletters")).toBeCloseTo(1, 3);
      const next = createOtherEmbedder();
      await store.reembed(next);
      await other.save(scope, [write("new", { text: "summer party" })]);
      expect(keysOf(await other.search(here, query("party")))).toEqual(["new"]);
      for (const mode of ["vector", "hybrid"] as const) {
        const refused = other.search(here, query("newsletters", { mode }));
        const error = await refused.then(String, (reason: Error) => reason.message);
        expect(error).toContain(next.model);
      }
      const auto = await other.search(here, query("newsletters", { mode: "auto" }));
      expect(auto).toMatchObject([{ key: "t0000" }]);
      expect(auto[0]?.scores).not.toHaveProperty("vector");
      await store.flush();
      expect(await likenessOf(store, "summer party")).toBeCloseTo(1, 3);
      await other.close();
      const again = await reopen({ embedder: next });
      expect(await likenessOf(again, "summer party")).toBeCloseTo(1, 3);
    });
  });
}

/** An embedder that reports its first request and answers once `answer` is called. */
function createWaiting(): { embedder: Embedder; asked: Promise<void>; answer: () => void } {
  const first = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const honest = createOtherEmbedder();
  const embedder: Embedder = {
    ...honest,
    async embed(all, request) {
      first.resolve();
      await gate.promise;
      return honest.embed(all, request);
    },
  };
  return { embedder, asked: first.promise, answer: () => gate.resolve() };
}

async function likenessOf(store: LongTermStore, text: string): Promise<number | undefined> {
  const [hit] = await store.search(here, query(text, { mode: "vector", topK: 1 }));
  expect(hit?.text).toBe(text);
  return hit?.scores.vector;
}
