import { MemoryError, type LongTermEntry, type LongTermWrite } from "@mem/core";
import { located } from "../invalid-argument.ts";
import { collectionIn, readManifest } from "../shelf/manifest.ts";
import { shelvedMetadata, type Shelved } from "../shelf/shelved-documents.ts";
import { asValue, shelvedIn, type Edition, type ShelvedDocument } from "../shelf/shelf.ts";
import { pagesOf, saveAll } from "../shelf/store-pages.ts";
import { requireEntered, type Work } from "./under-way.ts";

/** What becomes of one document. */
export interface Change {
  readonly id: string;
  /** The caller's name for it and its place in the source, for errors. */
  readonly path: string;
  readonly place?: string | undefined;
  /** Its entry, as it was when the change was decided. */
  readonly entry: LongTermEntry | undefined;
  /** `null`: it is removed. */
  readonly edition: Edition | null;
  /** By how much it changes the number of visible documents: 1, 0 or -1. */
  readonly adds: number;
}

/** Notes in each document's entry what replaces it once the ingest is published. */
export async function announce(work: Work, changes: readonly Change[]): Promise<Shelved[]> {
  const announced: Shelved[] = [];
  for (const page of pagesOf(changes)) {
    let open = page;
    while (open.length > 0) {
      const missed = await announceOnce(work, open, announced);
      open = missed.length > 0 ? await readAgain(work, missed) : [];
    }
  }
  return announced;
}

/** Those whose entry was changed by somebody else. */
async function announceOnce(
  { store, shelf, collection, ingest }: Work,
  changes: readonly Change[],
  announced: Shelved[],
): Promise<Change[]> {
  const documents = changes.map(({ entry, edition }): ShelvedDocument => {
    const current = entry && shelvedIn(entry).current;
    return { collection, ...(current && { current }), next: { ingest, edition } };
  });
  const writes = documents.map((document, i) => announcement(changes[i] as Change, document));
  const results = await saveAll(store, shelf.documents, writes);
  return changes.filter(({ id }, i) => {
    const result = results[i];
    if (result?.stored !== true) return true;
    announced.push({ id, version: result.version, document: documents[i] as ShelvedDocument });
    return false;
  });
}

function announcement({ id, entry }: Change, document: ShelvedDocument): LongTermWrite {
  return {
    key: id,
    value: asValue(document),
    metadata: shelvedMetadata(document),
    text: "",
    source: "document",
    ...(entry === undefined ? { ifAbsent: true } : { ifVersion: entry.version }),
  };
}

/** Checks that this ingest still counts only after reading the entries, so that it never undoes a published one. */
async function readAgain(work: Work, changes: readonly Change[]): Promise<Change[]> {
  const { store, shelf, collection, ingest } = work;
  const ids = changes.map(({ id }) => id);
  const entries = await store.get(shelf.documents, ids);
  requireEntered(collectionIn(await readManifest(store, shelf), collection), ingest);
  return changes.map((change, i) => {
    requireOwn(entries[i], collection, change);
    return { ...change, entry: entries[i] };
  });
}

/** Two collections with the same document would take it from each other with every ingest. */
export function requireOwn(
  entry: LongTermEntry | undefined,
  collection: string,
  { path, place }: Pick<Change, "path" | "place">,
): void {
  const other = entry === undefined ? collection : shelvedIn(entry).collection;
  if (other === collection) return;
  throw new MemoryError(
    "MEM_CONFLICT",
    `${located(path, place)} is a document of the collection "${other}", not of "${collection}"; give it another id, or remove it there first`,
    { path, retryable: false },
  );
}
