import type { LongTermStore } from "@mem/core";
import { changeCollection, collectionIn, readManifest } from "../shelf/manifest.ts";
import { ingestPrefix, passageKeyOf, textKey, type Shelf } from "../shelf/shelf.ts";
import { announcedBy, replaceAll, type Shelved } from "../shelf/shelved-documents.ts";
import { deleteAll, listAll } from "../shelf/store-pages.ts";

const MAX_DELETED = 8;

/** What an ingest has announced, as its own process knows without reading. */
export interface Announced {
  readonly ingest: string;
  readonly documents: readonly Shelved[];
}

/** In one collection, finishes what was published and deletes what failed, including leftovers of a kill. */
export async function settle(
  store: LongTermStore,
  shelf: Shelf,
  name: string,
  own?: Announced,
): Promise<void> {
  const { published, isUnsettled, failed } = collectionIn(await readManifest(store, shelf), name);
  if (isUnsettled && published !== undefined) {
    const announced =
      own?.ingest === published ? [own.documents] : announcedBy(store, shelf, [published]);
    for await (const documents of announced) await settleDocuments(store, shelf, documents);
  }
  await deleteIngests(store, shelf, failed);
  if (!isUnsettled && failed.length === 0) return;
  await changeCollection(store, shelf, name, (collection) => ({
    ...collection,
    isUnsettled: collection.isUnsettled && collection.published !== published,
    failed: collection.failed.filter((ingest) => !failed.includes(ingest)),
    deleted: [...collection.deleted, ...failed].slice(-MAX_DELETED),
  }));
}

/** Makes what was published the documents' current state; first, what it replaces is deleted. */
async function settleDocuments(
  store: LongTermStore,
  shelf: Shelf,
  documents: readonly Shelved[],
): Promise<void> {
  const old = documents.flatMap(({ id, document: { current } }) =>
    current === undefined ? [] : [{ id, edition: current }],
  );
  await deleteAll(
    store,
    shelf.passages,
    old.flatMap(({ id, edition }) =>
      Array.from({ length: edition.passages }, (_, i) => ({ key: passageKeyOf(edition, id, i) })),
    ),
  );
  await deleteAll(
    store,
    shelf.texts,
    old.map(({ id, edition }) => ({ key: textKey(edition, id) })),
  );
  await replaceAll(store, shelf, documents, ({ collection, next }) =>
    next?.edition ? { collection, current: next.edition } : undefined,
  );
}

/** Removes everything that was stored by ingests that can't be published any more. */
export async function deleteIngests(
  store: LongTermStore,
  shelf: Shelf,
  ingests: readonly string[],
): Promise<void> {
  if (ingests.length === 0) return;
  for await (const page of announcedBy(store, shelf, ingests)) {
    await replaceAll(store, shelf, page, ({ collection, current }) =>
      current === undefined ? undefined : { collection, current },
    );
  }
  for (const prefix of ingests.map(ingestPrefix)) {
    for (const scope of [shelf.passages, shelf.texts]) {
      for await (const page of listAll(store, scope, { prefix })) {
        const removals = page.map(({ key }) => ({ key }));
        await deleteAll(store, scope, removals);
      }
    }
  }
}
