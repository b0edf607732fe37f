import type { AgentScope, JsonObject } from "@mem/core";

/*
 * How the knowledge lies in its store. A store of its own is needed: these scopes are ordinary ones.
 *
 * - Documents, one entry each, under the document's id: the whole text, and what an ingest compares. Not indexed.
 * - Passages, under `<document id>#<position>`: what search finds.
 */

export function documentScope(tenantId: string): AgentScope {
  return { tenantId, agentId: "documents" };
}

export function passageScope(tenantId: string): AgentScope {
  return { tenantId, agentId: "passages" };
}

export function passageKey(documentId: string, position: number): string {
  return `${documentId}#${position}`;
}

/** The value of a document's entry. */
export interface StoredDocument {
  readonly title: string;
  readonly text: string;
  /** SHA-256, in hex, of all that the ingest of this document depends on. */
  readonly hash: string;
  readonly passages: number;
  readonly collection: string;
}

/** The value of a passage's entry. */
export interface StoredPassage {
  readonly document: string;
  readonly title: string;
  /** The headings above it, joined by " › ". */
  readonly heading: string;
  readonly text: string;
}

/** Provenance that every passage carries beside its document's own metadata; it wins over names of the same kind. */
export function passageMetadata(
  metadata: JsonObject | undefined,
  passage: { readonly document: string; readonly heading: string; readonly collection: string },
): JsonObject {
  return { ...metadata, ...passage };
}
