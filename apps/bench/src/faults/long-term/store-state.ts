import type { LongTermEntry } from "@mem/core";
import { COMMON_WORD, operationOf, scope, searchScope } from "./content.ts";
import type { LabStore } from "./lab-store.ts";

const PAGE = 100;
/** The most hits that one search returns; the lab keeps fewer keys. */
const MOST_HITS = 1_000;

/** Every entry, in the order in which the store lists them, page by page. */
export async function listAll(store: LabStore): Promise<LongTermEntry[]> {
  const entries: LongTermEntry[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.list(scope, {
      limit: PAGE,
      ...(cursor !== undefined && { cursor }),
    });
    entries.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return entries;
}

/** Every entry whose text has a word, as search finds them. */
export function searchFor(store: LabStore, text: string): Promise<LongTermEntry[]> {
  return store.search(searchScope, { text, topK: MOST_HITS, mode: "keyword", neighbours: false });
}

/** Everything that a process sees, as text that is equal for two processes that see the same. */
export async function describeState(store: LabStore): Promise<string> {
  const listed = await listAll(store);
  const found = await searchFor(store, COMMON_WORD);
  return JSON.stringify({
    listed: listed.map(describe),
    count: await store.count(scope),
    found: found.map(describe).toSorted(),
  });
}

function describe(entry: LongTermEntry): string {
  return `${entry.key} ${operationOf(entry)} ${entry.version}`;
}
