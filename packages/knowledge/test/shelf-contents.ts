import type { LongTermEntry, LongTermStore, Scope } from "@mem/core";
import { collectionIn, readManifest } from "../src/shelf/manifest.ts";
import { passagePlace, shelfOf, shelvedIn, textKey } from "../src/shelf/shelf.ts";
import { listAll } from "../src/shelf/store-pages.ts";

/** What is in a store, or missing from it, that a finished ingest would not leave like that. */
export async function leftovers(store: LongTermStore, collection = "default"): Promise<unknown> {
  const shelf = shelfOf("default");
  const { ingests, failed, isUnsettled, documents } = collectionIn(
    await readManifest(store, shelf),
    collection,
  );
  const entries = await entriesOf(store, shelf.documents);
  const editions = new Map(
    entries.flatMap((entry) => {
      const { current } = shelvedIn(entry);
      return current === undefined ? [] : [[textKey(current, entry.key), current.passages]];
    }),
  );
  const texts = (await entriesOf(store, shelf.texts)).map(({ key }) => key);
  const passages = (await entriesOf(store, shelf.passages)).map(({ key }) => passagePlace(key));
  const isKept = (edition: string, position: number): boolean =>
    position < (editions.get(edition) ?? 0);
  return {
    manifest: { ingests, failed, isUnsettled, miscounted: documents - editions.size },
    documents: entries.filter((entry) => shelvedIn(entry).next !== undefined).length,
    texts: texts.filter((key) => !editions.has(key)).length,
    missingTexts: [...editions.keys()].filter((key) => !texts.includes(key)).length,
    passages: passages.filter((place) => !isKept(textKey(place, place.documentId), place.position))
      .length,
    missingPassages:
      [...editions.values()].reduce((sum, count) => sum + count, 0) - passages.length,
  };
}

export const NOTHING_LEFT: unknown = {
  manifest: { ingests: [], failed: [], isUnsettled: false, miscounted: 0 },
  documents: 0,
  texts: 0,
  missingTexts: 0,
  passages: 0,
  missingPassages: 0,
};

async function entriesOf(store: LongTermStore, scope: Scope): Promise<LongTermEntry[]> {
  const entries: LongTermEntry[] = [];
  for await (const page of listAll(store, scope, {})) entries.push(...page);
  return entries;
}
