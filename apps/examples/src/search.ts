import { renderForPrompt, where } from "@mem/core";
import { provenanceOf } from "@mem/knowledge";
import { searchBySpelling } from "./search-by-spelling.ts";
import { rememberPastCampaigns } from "./sample-data.ts";
import { oneLine } from "./show.ts";
import type { Example, Stage } from "./stage.ts";

/** Past experience and shared knowledge, found by their content. */
export const search: Example = {
  name: "search",
  title: "Search of experience and knowledge",
  async run(stage) {
    const { memory, settings, show } = stage;
    await rememberPastCampaigns(memory);
    const mode =
      settings.embedder === undefined || !settings.enableVectorSearch
        ? "keyword search (BM25); set OPENAI_API_KEY or OPENAI_BASE_URL for hybrid search"
        : `hybrid search with ${settings.embedder.model}`;
    show.say(`This is ${mode}.`);
    await searchExperience(stage);
    await searchKnowledge(stage);
    await searchBySpelling(stage);
  },
};

async function searchExperience({ memory, show }: Stage): Promise<void> {
  const query = "what made customers open our emails?";
  const hits = await memory.searchSimilar("strategist", query, { topK: 3 });
  show.say(`\nPast experience on “${query}”`);
  show.table(
    ["score", "key", "found", "matched"],
    hits.map((hit) => [
      hit.score.toFixed(2),
      hit.key,
      oneLine(hit.snippet),
      hit.matched.join(", "),
    ]),
  );

  // Filters are applied before ranking: the best of what is allowed, not what is left of the best.
  const allowed = await memory.searchSimilar("strategist", "campaign results", {
    filterMetadata: { channel: "social" },
    filter: where.gte("year", 2025),
    topK: 3,
  });
  show.say("\nThe same memory, only social campaigns since 2025");
  show.table(
    ["score", "key", "metadata"],
    allowed.map((hit) => [hit.score.toFixed(2), hit.key, hit.metadata]),
  );

  // What is already stored is not stored again under another key, so search results don't fill up with copies.
  const [known] = allowed;
  const isStored = await memory.save("strategist", `copy-of-${known?.key}`, known?.value ?? null, {
    memoryType: "long_term",
    ifNew: true,
  });
  show.say(`\nSaved again under another key, only if new: ${isStored ? "stored" : "not stored"}.`);
}

/** Shared knowledge: any agent can search it, none can change it, and every hit names its source. */
async function searchKnowledge({ memory, show }: Stage): Promise<void> {
  const question = "how should we address customers?";
  const hits = await memory.searchSimilar("content", question, { memoryType: "shared", topK: 2 });
  show.say(`\nShared knowledge on “${question}”`);
  show.table(
    ["score", "file", "heading", "characters", "passage"],
    hits.map((hit) => {
      const from = provenanceOf(hit);
      return [
        hit.score.toFixed(2),
        from?.path,
        from?.headings.join(" › "),
        `${from?.start}–${from?.end}`,
        oneLine(hit.passage.text),
      ];
    }),
  );

  const { text, used, omitted } = renderForPrompt(hits, { budget: 300, agentId: "content" });
  show.say(
    `\nThe same for a model's prompt, in ${used} of 300 tokens (${omitted.length} left out):`,
  );
  show.say(text);
}
