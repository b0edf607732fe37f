import { MemoryError, type CallOptions, type LongTermEntry, type LongTermStore } from "@mem/core";
import { visibleEdition, type Manifest } from "../shelf/manifest.ts";
import { toShown } from "../shelf/metadata-fields.ts";
import {
  parsePassageName,
  passageKeyOf,
  shelvedIn,
  textKey,
  type Edition,
  type Shelf,
} from "../shelf/shelf.ts";

/** What is read of the store, and in which state. */
export interface Reading {
  readonly store: LongTermStore;
  readonly shelf: Shelf;
  readonly manifest: Manifest;
  readonly options: CallOptions | undefined;
}

/** The visible edition of each of these documents that has one. */
export async function editionsOf(
  { store, shelf, manifest, options }: Reading,
  ids: Iterable<string>,
): Promise<Map<string, Edition>> {
  const unique = [...new Set(ids)];
  if (unique.length === 0) return new Map();
  return editionsIn(await store.get(shelf.documents, unique, options), manifest);
}

/** The visible editions that documents' entries name, by the documents' ids. */
export function editionsIn(
  entries: readonly (LongTermEntry | undefined)[],
  manifest: Manifest,
): Map<string, Edition> {
  const editions = new Map<string, Edition>();
  for (const entry of entries) {
    if (entry === undefined) continue;
    const edition = visibleEdition(manifest, shelvedIn(entry));
    if (edition !== undefined) editions.set(entry.key, edition);
  }
  return editions;
}

/** Documents by their ids, whole, and passages by the keys of hits. */
export async function getKnown(
  reading: Reading,
  keys: readonly string[],
): Promise<(LongTermEntry | undefined)[]> {
  const parsed = new Map(keys.map((key) => [key, parsePassageName(key)]));
  const documentIds = [...parsed].flatMap(([key, passage]) => [key, passage?.documentId ?? key]);
  const editions = await editionsOf(reading, documentIds);
  const passages = new Map<string, string>();
  for (const [key, passage] of parsed) {
    if (passage === undefined) continue;
    const edition = editions.get(passage.documentId);
    if (edition === undefined || passage.position >= edition.passages) continue;
    passages.set(key, passageKeyOf(edition, passage.documentId, passage.position));
  }
  const [documents, parts] = await Promise.all([
    getDocuments(reading, new Map([...editions].filter(([id]) => parsed.has(id)))),
    readKept(reading, reading.shelf.passages, passages),
  ]);
  return keys.map((key) => documents.get(key) ?? parts.get(key));
}

/** These editions of documents, whole. */
export function getDocuments(
  reading: Reading,
  editions: ReadonlyMap<string, Edition>,
): Promise<Map<string, LongTermEntry>> {
  const keys = new Map([...editions].map(([id, edition]) => [id, textKey(edition, id)]));
  return readKept(reading, reading.shelf.texts, keys);
}

/** Entries that must exist, by the names under which agents know them. */
async function readKept(
  { store, options }: Reading,
  scope: Shelf["texts"],
  keys: ReadonlyMap<string, string>,
): Promise<Map<string, LongTermEntry>> {
  if (keys.size === 0) return new Map();
  const entries = await store.get(scope, [...keys.values()], options);
  return new Map(
    [...keys.keys()].map((name, i) => {
      const entry = entries[i];
      if (entry === undefined) throw lost(name);
      return [name, asSeen(entry, name)] as const;
    }),
  );
}

/** Hides from agents how the knowledge is stored. */
export function asSeen<T extends LongTermEntry>(entry: T, name: string): T {
  const { agentId: _, sequence, metadata, ...kept } = entry;
  const seen = {
    ...kept,
    key: name,
    metadata: toShown(metadata),
    ...(sequence !== undefined && {
      sequence: { ...sequence, id: entry.derivedFrom?.[0] ?? sequence.id },
    }),
  };
  return seen as unknown as T;
}

function lost(name: string): MemoryError {
  return new MemoryError(
    "MEM_CORRUPT",
    `the knowledge lacks what belongs to ${JSON.stringify(name)}; remove the document and ingest it again`,
  );
}
