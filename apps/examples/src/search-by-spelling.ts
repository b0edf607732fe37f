import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHashingEmbedder, type SearchHit } from "@mem/core";
import { createJsonStore } from "@mem/longterm-json";
import type { Stage } from "./stage.ts";

const NOTES = [
  "Reactivation mails work best 60 to 90 days after the last purchase.",
  "Search advertisements were cheaper in October than in November.",
  "Customers share short videos more often than pictures.",
];

/** Hybrid search without a model or a key: the hashing embedder compares spelling, not meaning. */
export async function searchBySpelling({ show, signal }: Stage): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "mem-spelling-"));
  try {
    await using store = createJsonStore({
      path: join(folder, "notes.json"),
      // Half of a score: more than spelling deserves beside words, but all there is if every word is misspelled.
      embedder: createHashingEmbedder({ weight: 0.5 }),
    });
    const scope = { tenantId: "default", agentId: "notes" };
    const notes = NOTES.map((text, i) => ({ key: `note ${i + 1}`, value: text, text }));
    await store.save(
      scope,
      notes.map((note) => ({ ...note, source: "agent" as const })),
    );
    // Vectors are made in the background; wait for them here.
    await store.flush({ signal });

    const query = "reactivaton mials";
    const find = (mode: "keyword" | "hybrid"): Promise<SearchHit[]> =>
      store.search(
        { tenantId: scope.tenantId, agentIds: [scope.agentId] },
        { text: query, topK: 1, mode, neighbours: false },
        { signal },
      );
    const byWords = await find("keyword");
    const [best] = await find("hybrid");
    show.say(`\nWith typing errors: keyword search for “${query}” finds ${byWords.length} notes.`);
    show.say(
      "Hybrid search with the hashing embedder, which compares spelling, not meaning, finds:",
    );
    show.say(best === undefined ? "nothing" : `  ${best.passage.text}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}
