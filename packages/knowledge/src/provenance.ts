import type { Entry, JsonObject } from "@mem/core";

/** Where a passage comes from. Part of every hit's value, and of its metadata, so that you can filter by it. */
export interface Provenance {
  /** The document's id; `retrieve(…, document, { memoryType: "shared" })` returns the whole document. */
  readonly document: string;
  readonly title?: string;
  /** The file that the document was read from. */
  readonly path?: string;
  readonly collection: string;
  /** SHA-256 of the document's text (UTF-8), in hex. */
  readonly hash: string;
  /** The Markdown headings above the passage, outermost first. */
  readonly headings: readonly string[];
  /** The passage's index within the document, from 0. */
  readonly position: number;
  /** Where the passage begins and ends in the document's text, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
}

/** The value of a hit, and of a passage retrieved by a hit's key. */
export interface KnowledgePassage extends Provenance {
  readonly text: string;
}

/** The value of a document that is retrieved by its id or listed. */
export interface KnowledgeDocument {
  readonly document: string;
  readonly title?: string;
  readonly path?: string;
  readonly collection: string;
  /** SHA-256 of the text (UTF-8), in hex. */
  readonly hash: string;
  /** How many passages it has. */
  readonly passages: number;
  readonly text: string;
}

/** How headings are joined in the metadata field `heading`. */
const HEADING_SEPARATOR = " › ";

/** Returns where a hit of shared knowledge comes from; `undefined` if it is not a passage of a document. */
export function provenanceOf(hit: Pick<Entry, "value" | "source">): Provenance | undefined {
  const { value, source } = hit;
  if (source !== "document" || typeof value !== "object" || value === null) return undefined;
  if (!("document" in value && "headings" in value)) return undefined;
  const { text: _, ...provenance } = value as unknown as KnowledgePassage;
  return provenance;
}

export function joinHeadings(headings: readonly string[]): string {
  return headings.join(HEADING_SEPARATOR);
}

/** Provenance as metadata: it wins over metadata of the same name. */
export function documentMetadata(
  metadata: JsonObject | undefined,
  { document, collection, hash, title, path }: Omit<KnowledgeDocument, "text" | "passages">,
): JsonObject {
  return {
    ...metadata,
    document,
    collection,
    hash,
    ...(title !== undefined && { title }),
    ...(path !== undefined && { path }),
  };
}

/** `documentMetadata` and the fields of the passage itself. */
export function passageMetadata(
  metadata: JsonObject | undefined,
  passage: KnowledgePassage,
): JsonObject {
  return {
    ...documentMetadata(metadata, passage),
    heading: joinHeadings(passage.headings),
    position: passage.position,
  };
}
