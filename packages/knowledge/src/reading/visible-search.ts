import { where, type EntryPlace, type Filter, type SearchHit, type SearchRequest } from "@mem/core";
import { asSeen, editionsOf, type Reading } from "./documents.ts";
import type { Manifest } from "../shelf/manifest.ts";
import { INGEST_FIELD, onStored } from "../shelf/metadata-fields.ts";
import type { KnowledgePassage } from "../provenance.ts";
import { announcedBy } from "../shelf/shelved-documents.ts";
import { passageName, passagePlace, type PassagePlace } from "../shelf/shelf.ts";

const MAX_TOP_K = 1000;

/** The ids of documents, by the ingests whose editions of them were replaced. */
type Replaced = Map<string, Set<string>>;

/**
 * Searches visible passages. A filter leaves out what ingests have stored but not published. What they have replaced
 * but not deleted yet is recognized only by its document's entry: the search is then repeated without it. If one
 * repetition is not enough, everything that was replaced is looked up.
 */
export async function searchVisible(
  reading: Reading,
  request: SearchRequest,
): Promise<SearchHit[]> {
  const { store, shelf, manifest, options } = reading;
  const { tenantId, agentId } = shelf.passages;
  const scope = { tenantId, agentIds: [agentId] };
  const replaced: Replaced = new Map();
  for (let { topK } = request, attempt = 0; ; topK = Math.min(MAX_TOP_K, topK * 2), attempt++) {
    if (attempt === 2) await noteAllReplaced(reading, replaced);
    const filter = visibleFilter(request.filter, manifest, replaced);
    const asked = { ...request, topK, ...(filter !== undefined && { filter }) };
    const hits = await store.search(scope, asked, options);
    const isVisible = await visibility(reading, hits);
    const visible = hits.filter(({ key }) => isVisible(passagePlace(key)));
    const isExhausted = hits.length < topK && request.collapse !== true;
    const isComplete = visible.length >= request.topK && request.collapse !== true;
    if (isComplete || isExhausted || !noteReplaced(hits, isVisible, replaced)) {
      return visible.slice(0, request.topK).map(seenHit);
    }
  }
}

type Visibility = (place: PassagePlace) => boolean;

async function visibility(reading: Reading, hits: readonly SearchHit[]): Promise<Visibility> {
  const editions = await editionsOf(
    reading,
    hits.flatMap((hit) => placesOf(hit).map(({ documentId }) => documentId)),
  );
  return ({ documentId, ingest }) => editions.get(documentId)?.ingest === ingest;
}

/** Whether any was found that was not known to be replaced. */
function noteReplaced(
  hits: readonly SearchHit[],
  isVisible: Visibility,
  replaced: Replaced,
): boolean {
  const places = hits.flatMap(placesOf).filter((place) => !isVisible(place));
  for (const { ingest, documentId } of places) {
    note(replaced, ingest, documentId);
  }
  return places.length > 0;
}

async function noteAllReplaced(
  { store, shelf, manifest }: Reading,
  replaced: Replaced,
): Promise<void> {
  const ingests = manifest.collections.flatMap(({ published, isUnsettled }) =>
    isUnsettled && published !== undefined ? [published] : [],
  );
  if (ingests.length === 0) return;
  for await (const page of announcedBy(store, shelf, ingests)) {
    for (const { id, document } of page) {
      if (document.current !== undefined) note(replaced, document.current.ingest, id);
    }
  }
}

function note(replaced: Replaced, ingest: string, documentId: string): void {
  const documents = replaced.get(ingest) ?? new Set();
  replaced.set(ingest, documents.add(documentId));
}

function visibleFilter(
  filter: Filter | undefined,
  { collections }: Manifest,
  replaced: ReadonlyMap<string, ReadonlySet<string>>,
): Filter | undefined {
  const hidden = collections.flatMap(({ ingests, failed }) => [...ingests, ...failed]);
  const parts: Filter[] = filter === undefined ? [] : [onStored(filter)];
  if (hidden.length > 0) parts.push(where.nin(INGEST_FIELD, hidden));
  for (const [ingest, documents] of replaced) {
    const theirs = where.and(where.eq(INGEST_FIELD, ingest), where.in("document", [...documents]));
    parts.push(where.not(theirs));
  }
  return parts.length > 1 ? where.and(...parts) : parts[0];
}

function placesOf({ key, duplicates = [] }: SearchHit): PassagePlace[] {
  return [key, ...duplicates.map((duplicate) => duplicate.key)].map(passagePlace);
}

function seenHit(hit: SearchHit): SearchHit {
  const { text, headings } = hit.value as unknown as KnowledgePassage;
  // What is indexed ends with the passage, after its title and headings.
  const end = hit.text.length;
  const start = end - text.length;
  const above = hit.text.slice(0, start);
  return {
    ...asSeen(hit, nameOf(hit.key)),
    passage: { text, start, end, headings: [...headings] },
    snippet: hit.snippet.startsWith(above) ? hit.snippet.slice(start) : hit.snippet,
    ...(hit.duplicates !== undefined && {
      duplicates: hit.duplicates.map(({ key }): EntryPlace => ({ key: nameOf(key) })),
    }),
  };
}

function nameOf(key: string): string {
  const { documentId, position } = passagePlace(key);
  return passageName(documentId, position);
}
