import { join } from "node:path";
import { openKnowledgeStore, type MemorySettings } from "@mem/config";
import type { Memory } from "@mem/core";
import { ingestKnowledge, readMarkdownFolder } from "@mem/knowledge";

const pastCampaigns = [
  [
    "2024-autumn-email",
    "email",
    2024,
    "Autumn newsletter: a number in the subject line raised opens by 18 percent; long subject lines lowered them.",
  ],
  [
    "2025-spring-email",
    "email",
    2025,
    "Spring re-activation emails: customers who had bought within a year opened twice as often as older ones.",
  ],
  [
    "2025-summer-social",
    "social",
    2025,
    "Summer video series: short clips under 20 seconds earned the most shares; clicks to the shop stayed low.",
  ],
  [
    "2025-black-friday-search",
    "search",
    2025,
    "Black Friday search ads: the cost of a click tripled in the last week; starting a month early was cheaper.",
  ],
  [
    "2026-loyalty-social",
    "social",
    2026,
    "Loyalty stories: posts by real customers converted better than studio pictures, at a tenth of the cost.",
  ],
  [
    "2023-print-flyer",
    "print",
    2023,
    "Flyers in parcels: 3 percent came back with the coupon, mostly within two weeks.",
  ],
] as const;

/** What the strategist learned in earlier campaigns; stored once, found by every later run. */
export async function rememberPastCampaigns(memory: Memory): Promise<void> {
  for (const [key, channel, year, result] of pastCampaigns) {
    await memory.save(
      "strategist",
      `campaign/${key}`,
      { result },
      {
        memoryType: "long_term",
        ifAbsent: true,
        metadata: { channel, year },
      },
    );
  }
}

const folder = join(import.meta.dirname, "..", "knowledge");

/** Ingests the sample documents as shared knowledge, as an operator would; a second time changes nothing. */
export async function ingestSampleKnowledge(settings: MemorySettings): Promise<void> {
  await using store = await openKnowledgeStore(settings);
  await ingestKnowledge({
    store,
    tenantId: settings.tenantId,
    // The name that `knowledge --docs` gives its sources, so that the command can be given this folder, too.
    collection: folder,
    documents: readMarkdownFolder(folder),
  });
}
