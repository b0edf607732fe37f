import type { Knowledge, LongTermEntry } from "@mem/core";
import type { KnowledgeDocument, SourceDocument } from "../src/index.ts";

type StatedDocument = SourceDocument & { readonly title: string };

/** Documents that name their state, in words that no other state has. */
export function stateOf(name: string, ids: readonly string[]): StatedDocument[] {
  return ids.map((id) => ({
    id,
    title: `${id} of ${name}`,
    text: `# One\n\nThe beacon of ${name} in ${id}.\n\n# Two\n\nMore of ${name}.`,
  }));
}

/** A state of many documents, chosen by its number; `d00` and `d01` are always among them. */
export function bigStateOf(name: string, number: number): StatedDocument[] {
  const ids = Array.from({ length: 60 }, (_, i) => `d${String(i).padStart(2, "0")}`);
  return stateOf(
    name,
    ids.filter((_, i) => i < 2 || (i + number) % 4 !== 0),
  );
}

/** What each way of reading shows, as titles of documents. */
export interface Answers {
  readonly found: readonly string[];
  readonly listed: readonly string[];
  /** Those of the documents that were named. */
  readonly gotten: readonly string[];
  readonly count: number;
}

export async function readAll(
  knowledge: Knowledge,
  ids: readonly string[] = ["a", "b"],
): Promise<Answers> {
  const request = { text: "beacon", topK: 200, mode: "keyword", neighbours: true } as const;
  const [hits, page, gotten, count] = await Promise.all([
    knowledge.search("default", request),
    knowledge.list("default", { limit: 100 }),
    knowledge.get("default", ids),
    knowledge.count("default"),
  ]);
  return {
    found: shownBy(hits.map(({ value }) => value as unknown as KnowledgeDocument)),
    listed: shownBy(page.items.map(documentIn)),
    gotten: shownBy(gotten.flatMap((entry) => (entry === undefined ? [] : [documentIn(entry)]))),
    count,
  };
}

/** The titles that `readAll` shows of a state. */
export function shown(documents: readonly StatedDocument[]): string[] {
  return documents.map(({ title }) => title).toSorted();
}

function documentIn(entry: LongTermEntry): KnowledgeDocument {
  return entry.value as unknown as KnowledgeDocument;
}

function shownBy(documents: readonly Pick<KnowledgeDocument, "title" | "text">[]): string[] {
  const titles = documents.map(({ title = "", text }) => {
    const state = title.split(" of ")[1] ?? "";
    return text.includes(state) ? title : `${title} with another text`;
  });
  return [...new Set(titles)].toSorted();
}
