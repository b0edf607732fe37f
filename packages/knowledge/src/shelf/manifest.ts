import { MemoryError, type CallOptions, type LongTermEntry, type LongTermStore } from "@mem/core";
import { asValue, type Edition, type Shelf, type ShelvedDocument } from "./shelf.ts";

/** What the manifest says of one collection. */
export interface Collection {
  readonly name: string;
  /** How many documents are visible. */
  readonly documents: number;
  /** The ingest whose publishing made the visible state; absent: none has been yet. */
  readonly published?: string;
  /** Whether documents still have to be updated to what was published, and old editions deleted. */
  readonly isUnsettled: boolean;
  /** Ingests that seem to be under way; a killed one is among them, too. */
  readonly ingests: readonly string[];
  /** Ingests that can't be published any more, whose entries have to be deleted. */
  readonly failed: readonly string[];
  /** The latest of those whose entries were deleted: one that had not noticed may have stored more since. */
  readonly deleted: readonly string[];
}

/** All that decides what is visible. */
export interface Manifest {
  readonly collections: readonly Collection[];
}

interface StoredManifest extends Manifest {
  readonly format: number;
}

const FORMAT = 1;
const KEY = "manifest";

export async function readManifest(
  store: LongTermStore,
  shelf: Shelf,
  options?: CallOptions,
): Promise<Manifest> {
  const [entry] = await store.get(shelf.manifest, [KEY], options);
  return manifestIn(entry);
}

/** Changes one collection in the manifest, on top of what others changed; `undefined` leaves it unchanged. */
export async function changeCollection(
  store: LongTermStore,
  shelf: Shelf,
  name: string,
  change: (collection: Collection) => Collection | undefined,
): Promise<void> {
  for (;;) {
    const [entry] = await store.get(shelf.manifest, [KEY]);
    const { collections } = manifestIn(entry);
    const changed = change(collectionIn({ collections }, name));
    if (changed === undefined) return;
    const value: StoredManifest = {
      format: FORMAT,
      collections: [...collections.filter((other) => other.name !== name), changed],
    };
    const condition = entry === undefined ? { ifAbsent: true } : { ifVersion: entry.version };
    const [result] = await store.save(shelf.manifest, [
      { key: KEY, value: asValue(value), text: "", source: "document", ...condition },
    ]);
    if (result?.stored === true) return;
  }
}

export function collectionIn({ collections }: Manifest, name: string): Collection {
  const found = collections.find((collection) => collection.name === name);
  return found ?? { name, documents: 0, isUnsettled: false, ingests: [], failed: [], deleted: [] };
}

/** The edition that readers see, if any. */
export function visibleEdition(
  manifest: Manifest,
  { collection, current, next }: ShelvedDocument,
): Edition | undefined {
  if (next === undefined) return current;
  const { published } = collectionIn(manifest, collection);
  return published === next.ingest ? (next.edition ?? undefined) : current;
}

/** Whether readers see the same by both. */
export function showTheSame(a: Manifest, b: Manifest): boolean {
  const published = ({ collections }: Manifest): string[] =>
    collections.flatMap(({ name, published: ingest }) =>
      ingest === undefined ? [] : [JSON.stringify([name, ingest])],
    );
  const [one, other] = [new Set(published(a)), new Set(published(b))];
  return one.size === other.size && [...one].every((each) => other.has(each));
}

function manifestIn(entry: LongTermEntry | undefined): Manifest {
  if (entry === undefined) return { collections: [] };
  const { format, collections } = entry.value as unknown as StoredManifest;
  if (format === FORMAT) return { collections };
  throw new MemoryError(
    "MEM_FORMAT",
    `the knowledge has format ${format}, and this version of @mem/knowledge reads format ${FORMAT}; use a newer version`,
  );
}
