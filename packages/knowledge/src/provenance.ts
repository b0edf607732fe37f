import type { Entry, JsonObject } from "@mem/core";

/** Where a passage comes from. Part of the value of every hit, and in its metadata, to filter by. */
export interface Provenance {
  /** The id of its document; `retrieve(…, document, { memoryType: "shared" })` gives it whole. */
  readonly document: string;
  readonly title?: string;
  /** The file that the document was read from. */
  readonly path?: string;
  readonly collection: string;
  /** SHA-256 of the document's text (UTF-8), in hex. */
  readonly hash: string;
  /** The Markdown headings above it, outermost first. */
  readonly headings: readonly string[];
  /** Which of the document's passages it is, from 0. */
  readonly position: number;
  /** Where it begins and ends in the document's text, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
}

/** The value of a hit, and of what is retrieved by a hit's key. */
export interface KnowledgePassage extends Provenance {
  readonly text: string;
}

/** The value of a document, as it is retrieved by its id and listed. */
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

/** Says where a hit of shared knowledge comes from; `undefined` for what is no passage of a document. */
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

/** `documentMetadata` and what is of the passage alone. */
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
