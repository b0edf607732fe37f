import { where, type LongTermStore } from "@mem/core";
import { asValue, shelvedIn, type Shelf, type ShelvedDocument } from "./shelf.ts";
import { deleteAll, listAll, saveAll } from "./store-pages.ts";

/** The entry of a document, as it was when it was read or written. */
export interface Shelved {
  readonly id: string;
  /** Of the entry; if others have changed it since, their change stays. */
  readonly version: string;
  readonly document: ShelvedDocument;
}

/** The metadata of a document's entry, by which those of one ingest are found. */
export function shelvedMetadata({ collection, next }: ShelvedDocument): Record<string, string> {
  return { collection, ...(next !== undefined && { next: next.ingest }) };
}

/** The documents whose entries say that one of these ingests changes them. */
export async function* announcedBy(
  store: LongTermStore,
  shelf: Shelf,
  ingests: readonly string[],
): AsyncGenerator<Shelved[]> {
  const filter = where.in("next", ingests);
  for await (const page of listAll(store, shelf.documents, { filter })) {
    yield page.map((entry) => ({
      id: entry.key,
      version: entry.version,
      document: shelvedIn(entry),
    }));
  }
}

/** Others that settle do the same, so an entry that has changed meanwhile needs nothing more. */
export async function replaceAll(
  store: LongTermStore,
  shelf: Shelf,
  documents: readonly Shelved[],
  replacement: (document: ShelvedDocument) => ShelvedDocument | undefined,
): Promise<void> {
  const replaced = documents.map(({ id, version, document }) => ({
    condition: { key: id, ifVersion: version },
    document: replacement(document),
  }));
  await saveAll(
    store,
    shelf.documents,
    replaced.flatMap(({ condition, document }) =>
      document === undefined
        ? []
        : [
            {
              ...condition,
              value: asValue(document),
              metadata: shelvedMetadata(document),
              text: "",
              source: "document" as const,
            },
          ],
    ),
  );
  await deleteAll(
    store,
    shelf.documents,
    replaced.flatMap(({ condition, document }) => (document === undefined ? [condition] : [])),
  );
}
