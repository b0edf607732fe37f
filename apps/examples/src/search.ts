import { where } from "@mem/core";
import { rememberPastCampaigns } from "./sample-data.ts";
import { oneLine } from "./show.ts";
import type { Example } from "./stage.ts";

/** Past experience and shared knowledge, found by what they say. */
export const search: Example = {
  name: "search",
  title: "Semantic search",
  async run({ memory, settings, show }) {
    await rememberPastCampaigns(memory);
    const mode =
      settings.embedder === undefined || !settings.enableVectorSearch
        ? "keyword search (BM25); set OPENAI_API_KEY or OPENAI_BASE_URL for hybrid"
        : `hybrid search with ${settings.embedder.model}`;
    show.say(`Searching by ${mode}.`);

    const query = "what made customers open our emails?";
    const hits = await memory.searchSimilar("strategist", query, { topK: 3 });
    show.say(`\nPast experience on “${query}”`);
    show.table(
      ["score", "key", "found", "because of"],
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

    // The knowledge is shared: any agent can ask it, none can change it.
    const answers = await memory.searchSimilar("content", "how should we address customers?", {
      memoryType: "shared",
      topK: 2,
    });
    show.say("\nShared knowledge on “how should we address customers?”");
    show.table(
      ["score", "document", "heading", "passage"],
      answers.map((hit) => [
        hit.score.toFixed(2),
        hit.metadata?.["document"],
        hit.metadata?.["heading"],
        oneLine(hit.snippet),
      ]),
    );
  },
};
