import type { LongTermStore } from "@mem/core";
import { describe, expect, it } from "vitest";
import { expectRejection } from "../traits/expect-rejection.ts";
import type { Open, Opened } from "./harness.ts";
import { allEntries } from "./portable-samples.ts";
import { agent, agents, query, TENANT, texts, write } from "./samples.ts";
import {
  createOtherEmbedder,
  createScriptedEmbedder,
  down,
  type ScriptedEmbedder,
} from "./scripted-embedder.ts";

const scope = agent("librarian");
const here = agents("librarian");

const FILLER = "This sentence is about something else altogether. ".repeat(19).trim();
const ANSWER = "Pelicans glide quietly southwards.";

/** A text of several passages, one of which contains only the answer. */
const LONG_TEXT = `# A\n\n${FILLER}\n\n# B\n\n${FILLER}\n\n# C\n\n${ANSWER}\n\n# D\n\n${FILLER}`;

export function comparesPassages(open: Open): void {
  describe("the vectors of a long text", () => {
    it("are those of its passages: the nearest one counts, and is shown", async () => {
      const { store } = await openWithLong(open);
      await expectFound(store);
      // Shares no word with the text.
      const mistyped = query("pelicaan glyde quietely southward's", { mode: "vector" });
      const [hit] = await store.search(here, mistyped);
      expect(hit?.passage.text).toContain(ANSWER);
    });

    it("are there again after the storage was opened again, and paid for once", async () => {
      const { reopen, embedder } = await openWithLong(open);
      const paid = embedder.asked.document;
      const again = await reopen();
      await again.flush();
      await expectFound(again);
      expect(embedder.asked.document).toBe(paid);
    });

    it("count as one that is pending", async () => {
      const embedder = createScriptedEmbedder();
      const { store } = await open({ embedder });
      embedder.misbehave(down, "document");
      await store.save(scope, [write("long", { text: LONG_TEXT })]);
      await expectRejection(() => store.flush(), "MEM_EMBEDDING");
      expect(await store.stats(TENANT)).toMatchObject({ entries: 1, pendingVectors: 1 });
      embedder.work();
      await store.flush();
      expect(await store.stats(TENANT)).toMatchObject({ entries: 1, pendingVectors: 0 });
      await expectFound(store);
    });

    it("go with the text that is changed, deleted or erased, and stay with others", async () => {
      const { store, reopen } = await openWithLong(open);
      const copies = ["copy", "gone"].map((key) => write(key, { text: LONG_TEXT }));
      await store.save(scope, [...copies, write("long", { text: `${FILLER} ${FILLER}` })]);
      await store.erase({ scope, key: "gone" });
      await store.flush();
      await expectFound(store, "copy");
      const again = await reopen();
      await expectFound(again, "copy");
      await again.delete(scope, [{ key: "copy" }]);
      const hits = await again.search(here, query(ANSWER, { mode: "vector" }));
      for (const { passage } of hits) expect(passage.text).not.toContain(ANSWER);
    });

    it("are made anew by another embedder", async () => {
      const { store, reopen } = await openWithLong(open);
      const other = createOtherEmbedder();
      expect(await store.reembed(other)).toEqual({ entries: 3 });
      await expectFound(store);
      const paid = other.asked.document;
      await expectFound(await reopen({ embedder: other }));
      expect(other.asked.document).toBe(paid);
    });

    it("are sound, and make the way into another store with the text", async () => {
      const { store, embedder } = await openWithLong(open);
      expect(await store.verify()).toEqual({ entries: 3, problems: [] });
      const entries = await allEntries(store);
      const { model, dimensions } = embedder;
      const other = await open({ embedder: createScriptedEmbedder() });
      await other.store.restore(entries, { vectorsOf: { model, dimensions } });
      await other.store.flush();
      await expectFound(other.store);
      expect(await other.store.verify()).toEqual({ entries: 3, problems: [] });
      await expectFound(await other.reopen());
    });
  });
}

async function openWithLong(open: Open): Promise<Opened & { embedder: ScriptedEmbedder }> {
  const embedder = createScriptedEmbedder();
  const opened = await open({ embedder });
  await opened.store.save(scope, texts("short pelicans", "office plants"));
  await opened.store.save(scope, [write("long", { text: LONG_TEXT })]);
  await opened.store.flush();
  return { ...opened, embedder };
}

async function expectFound(store: LongTermStore, key = "long"): Promise<void> {
  const [hit] = await store.search(here, query(ANSWER, { mode: "vector" }));
  expect(hit?.key).toBe(key);
  // For the whole text, it would be below 0.5.
  expect(hit?.scores.vector).toBeGreaterThan(0.8);
  expect(hit?.passage.text).toContain(ANSWER);
  expect(hit?.text.slice(hit.passage.start, hit.passage.end)).toBe(hit?.passage.text);
}
