import { createHash } from "node:crypto";
import { contentHash, type LongTermStore, type LongTermWrite } from "@mem/core";
import { splitPassages, type Passage } from "@mem/search";
import { toStored } from "../shelf/metadata-fields.ts";
import {
  documentMetadata,
  joinHeadings,
  passageMetadata,
  type KnowledgeDocument,
  type KnowledgePassage,
} from "../provenance.ts";
import { asValue, passageKeyOf, textKey, type Edition, type Shelf } from "../shelf/shelf.ts";
import type { SourceDocument } from "../sources/source-document.ts";
import { allDone, saveAll } from "../shelf/store-pages.ts";

/** What the editions made by an ingest depend on. */
export interface Making {
  readonly ingest: string;
  readonly collection: string;
  readonly maxPassageLength: number;
}

/** An edition and everything that is stored for it. */
export interface MadeEdition {
  readonly edition: Edition;
  readonly textWrite: LongTermWrite;
  readonly passageWrites: readonly LongTermWrite[];
}

// Part of every fingerprint: raised when the same document would be split or kept otherwise.
const MAKING_VERSION = 1;

/** Changes with everything that the edition of a document depends on. */
export function fingerprintOf(document: SourceDocument, { maxPassageLength }: Making): string {
  const { title = null, path = null, metadata = null, text } = document;
  return contentHash({ version: MAKING_VERSION, maxPassageLength, title, path, metadata }, text);
}

export function makeEdition(
  document: SourceDocument,
  fingerprint: string,
  making: Making,
): MadeEdition {
  const { id, title, path, text, metadata } = document;
  const { ingest, collection, maxPassageLength } = making;
  const split = splitPassages(text, { maxLength: maxPassageLength });
  const edition: Edition = { ingest, fingerprint, passages: split.length };
  const provenance = {
    document: id,
    ...(title !== undefined && { title }),
    ...(path !== undefined && { path }),
    collection,
    hash: createHash("sha256").update(text).digest("hex"),
  };
  const whole: KnowledgeDocument = { ...provenance, passages: split.length, text };
  return {
    edition,
    textWrite: {
      key: textKey(edition, id),
      value: asValue(whole),
      text: "",
      metadata: toStored(documentMetadata(metadata, provenance), ingest),
      source: "document",
    },
    passageWrites: split.map((passage, position) => {
      const value: KnowledgePassage = { ...provenance, ...passage, position };
      return {
        key: passageKeyOf(edition, id, position),
        value: asValue(value),
        text: indexedText(title, passage),
        metadata: toStored(passageMetadata(metadata, value), ingest),
        // An edition is a sequence of its own: a passage borrows nothing from what another one says.
        sequence: { id: textKey(edition, id), position },
        source: "document",
        derivedFrom: [id],
      };
    }),
  };
}

export async function storeEditions(
  store: LongTermStore,
  shelf: Shelf,
  made: readonly MadeEdition[],
): Promise<void> {
  const texts = made.map(({ textWrite }) => textWrite);
  const passages = made.flatMap(({ passageWrites }) => passageWrites);
  await allDone([saveAll(store, shelf.texts, texts), saveAll(store, shelf.passages, passages)]);
}

/** A passage is found by its title and headings, too. */
function indexedText(title = "", { headings, text }: Passage): string {
  // A document's first heading is often its title: once is enough.
  const parts = [headings.includes(title) ? "" : title, joinHeadings(headings), text];
  return parts.filter((part) => part !== "").join("\n");
}
