import type { AgentScope, JsonValue, LongTermEntry } from "@mem/core";

/*
 * How the knowledge lies in its store. A store of its own is needed: these scopes are ordinary ones.
 *
 * - Documents, one small entry each, under the document's id: which edition of it counts. Rewritten by ingests.
 * - Texts and passages of editions, under keys that begin with the name of the ingest that stored them. Names are
 *   never used twice: nothing of an edition is ever written over, so that the old one is there until it is deleted.
 * - The manifest, one entry: what is published. One write of it makes all that an ingest did visible.
 */

export interface Shelf {
  readonly manifest: AgentScope;
  readonly documents: AgentScope;
  readonly texts: AgentScope;
  readonly passages: AgentScope;
}

export function shelfOf(tenantId: string): Shelf {
  const scope = (agentId: string): AgentScope => ({ tenantId, agentId: `knowledge:${agentId}` });
  return {
    manifest: scope("manifest"),
    documents: scope("documents"),
    texts: scope("texts"),
    passages: scope("passages"),
  };
}

/** What a document was made into by one ingest. */
export interface Edition {
  /** The ingest that stored its text and passages. */
  readonly ingest: string;
  /** Differs if an ingest of the document would have another result. */
  readonly fingerprint: string;
  /** How many there are. */
  readonly passages: number;
}

/** The value of a document's entry. */
export interface ShelvedDocument {
  readonly collection: string;
  /** Absent: there is none yet. */
  readonly current?: Edition;
  /** What replaces it as soon as that ingest is published; `null`: the document is then removed. */
  readonly next?: { readonly ingest: string; readonly edition: Edition | null };
}

export function shelvedIn(entry: LongTermEntry): ShelvedDocument {
  return entry.value as unknown as ShelvedDocument;
}

export function asValue(value: object): JsonValue {
  return value as JsonValue;
}

/** What begins the keys of everything that an ingest stores. */
export function ingestPrefix(ingest: string): string {
  return `${ingest}:`;
}

export function textKey({ ingest }: Pick<Edition, "ingest">, documentId: string): string {
  return `${ingestPrefix(ingest)}${documentId}`;
}

export function passageKeyOf(
  { ingest }: Pick<Edition, "ingest">,
  documentId: string,
  position: number,
): string {
  return `${ingestPrefix(ingest)}${passageName(documentId, position)}`;
}

/** The keys by which agents know passages: those of the store without the ingest. */
export function passageName(documentId: string, position: number): string {
  return `${documentId}#${position}`;
}

export interface PassagePlace {
  readonly ingest: string;
  readonly documentId: string;
  readonly position: number;
}

/** The inverse of `passageKeyOf`. */
export function passagePlace(key: string): PassagePlace {
  const colon = key.indexOf(":");
  const place = parsePassageName(key.slice(colon + 1));
  if (colon < 0 || place === undefined) throw new TypeError("this is no key of a passage");
  return { ingest: key.slice(0, colon), ...place };
}

/** The inverse of `passageName`; `undefined` for other names. */
export function parsePassageName(name: string): Omit<PassagePlace, "ingest"> | undefined {
  const [, documentId, position] = /^(.+)#(0|[1-9]\d{0,8})$/s.exec(name) ?? [];
  return documentId === undefined ? undefined : { documentId, position: Number(position) };
}
