import { createHash } from "node:crypto";
import {
  MemoryError,
  where,
  type AgentScope,
  type LongTermEntry,
  type LongTermStore,
  type LongTermWrite,
  type Removal,
  type Scope,
} from "@mem/core";
import { splitPassages, type Passage } from "./passages.ts";
import type { SourceDocument } from "./source-document.ts";

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

/** The value of a document's entry. */
export interface StoredDocument {
  readonly title: string;
  readonly text: string;
  /** SHA-256, in hex, of all that the ingest of this document depends on; empty while its passages are being stored. */
  readonly hash: string;
  /** How many there are; while they are being stored, how many there may be. */
  readonly passages: number;
  readonly collection: string;
}

interface Source {
  readonly collection: string;
  readonly maxPassageLength: number;
}

interface PutResult {
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly passages: number;
}

interface Change {
  readonly document: SourceDocument;
  readonly entry: LongTermEntry | undefined;
  readonly hash: string;
  readonly isKept: boolean;
  readonly passages: readonly Passage[];
}

// Part of every document's hash: raised when the same text would be split or kept otherwise.
const SPLIT_VERSION = 2;
const PAGE = 500;

/** The documents of one tenant from one source, as they are put into the store and taken out. */
export class Shelf {
  readonly #store: LongTermStore;
  readonly #documents: Scope;
  readonly #passages: Scope;
  readonly #source: Source;

  constructor(store: LongTermStore, tenantId: string, source: Source) {
    this.#store = store;
    this.#documents = documentScope(tenantId);
    this.#passages = passageScope(tenantId);
    this.#source = source;
  }

  /** Stores those that are new or changed. `first` is the place of the first of them in the source. */
  async put(documents: readonly SourceDocument[], first: number): Promise<PutResult> {
    const entries = await this.#store.get(
      this.#documents,
      documents.map(({ id }) => id),
    );
    for (const [i, entry] of entries.entries()) this.#requireOwn(entry, first + i);
    const all = documents.map((document, i) => this.#compare(document, entries[i]));
    const changed = all.filter(({ isKept }) => !isKept);

    // An ingest may be cut off anywhere. Announced first, its passages are known by number, so that whoever replaces or
    // removes the document finds them all, and its hash fits no text, so that it is done again.
    await this.#save(
      this.#documents,
      changed.map((change) => this.#announcement(change)),
    );
    await this.#save(
      this.#passages,
      changed.flatMap(({ document, passages }) =>
        passages.map((passage, position) => this.#passageWrite(document, passage, position)),
      ),
    );
    await this.#delete(
      this.#passages,
      changed.flatMap(({ document, entry, passages }) =>
        passageKeys(document.id, passages.length, storedIn(entry)?.passages ?? 0),
      ),
    );
    await this.#save(
      this.#documents,
      changed.map(({ document, hash, passages }) =>
        this.#documentWrite(document, hash, passages.length),
      ),
    );
    return {
      added: changed.filter(({ entry }) => entry === undefined).length,
      changed: changed.filter(({ entry }) => entry !== undefined).length,
      unchanged: all.length - changed.length,
      passages: all.reduce(
        (sum, { isKept, entry, passages }) =>
          sum + (isKept ? (storedIn(entry)?.passages ?? 0) : passages.length),
        0,
      ),
    };
  }

  /** Removes the documents of this source that it no longer has; how many. */
  async removeAllBut(ids: ReadonlySet<string>): Promise<number> {
    const filter = where.eq("collection", this.#source.collection);
    let removed = 0;
    let cursor: string | undefined;
    do {
      const request = { filter, limit: PAGE, ...(cursor !== undefined && { cursor }) };
      const page = await this.#store.list(this.#documents, request);
      const gone = page.items.filter(({ key }) => !ids.has(key));
      await this.#delete(
        this.#passages,
        gone.flatMap((entry) => passageKeys(entry.key, 0, storedIn(entry)?.passages ?? 0)),
      );
      await this.#delete(
        this.#documents,
        gone.map(({ key }) => ({ key })),
      );
      removed += gone.length;
      cursor = page.cursor;
    } while (cursor !== undefined);
    return removed;
  }

  /** Two sources of one document would take it from each other with every ingest. */
  #requireOwn(entry: LongTermEntry | undefined, place: number): void {
    const { collection } = this.#source;
    const other = storedIn(entry)?.collection ?? collection;
    if (other === collection) return;
    const path = `documents[${place}].id`;
    throw new MemoryError(
      "MEM_CONFLICT",
      `${path} is a document of the collection "${other}", not of "${collection}"; give it another id, or remove it there first`,
      { path, retryable: false },
    );
  }

  #compare(document: SourceDocument, entry: LongTermEntry | undefined): Change {
    const hash = this.#hash(document);
    const isKept = storedIn(entry)?.hash === hash;
    return { document, entry, hash, isKept, passages: isKept ? [] : this.#split(document) };
  }

  /** What agents see of the document stays as it was; only the ingest's own notes change. */
  #announcement({ document, entry, passages }: Change): LongTermWrite {
    const old = storedIn(entry);
    if (entry === undefined || old === undefined) {
      return this.#documentWrite(document, "", passages.length);
    }
    return {
      key: entry.key,
      value: { ...old, hash: "", passages: Math.max(old.passages, passages.length) },
      text: "",
      metadata: { ...entry.metadata, collection: old.collection },
      source: "document",
    };
  }

  #passageWrite(document: SourceDocument, passage: Passage, position: number): LongTermWrite {
    const { id, title = "", metadata } = document;
    const heading = passage.headings.join(" › ");
    return {
      key: passageKey(id, position),
      value: { document: id, title, heading, text: passage.text },
      // A document's first heading is often its title: once is enough.
      text: [passage.headings.includes(title) ? "" : title, heading, passage.text]
        .filter((part) => part !== "")
        .join("\n"),
      // Provenance wins over metadata of the same name.
      metadata: { ...metadata, document: id, heading, collection: this.#source.collection },
      sequence: { id, position },
      source: "document",
      derivedFrom: [id],
    };
  }

  #documentWrite(document: SourceDocument, hash: string, passages: number): LongTermWrite {
    const { id, title = "", text, metadata } = document;
    const { collection } = this.#source;
    const value: StoredDocument = { title, text, hash, passages, collection };
    return {
      key: id,
      value: { ...value },
      text: "",
      metadata: { ...metadata, collection },
      source: "document",
    };
  }

  #split({ text }: SourceDocument): Passage[] {
    return splitPassages(text, this.#source.maxPassageLength);
  }

  #hash({ title, text, metadata }: SourceDocument): string {
    const { collection, maxPassageLength } = this.#source;
    const content = [SPLIT_VERSION, maxPassageLength, collection, title, text, metadata];
    return createHash("sha256").update(JSON.stringify(content)).digest("hex");
  }

  async #save(scope: Scope, writes: readonly LongTermWrite[]): Promise<void> {
    for (let i = 0; i < writes.length; i += PAGE)
      await this.#store.save(scope, writes.slice(i, i + PAGE));
  }

  async #delete(scope: Scope, removals: readonly Removal[]): Promise<void> {
    for (let i = 0; i < removals.length; i += PAGE) {
      await this.#store.delete(scope, removals.slice(i, i + PAGE));
    }
  }
}

function passageKey(documentId: string, position: number): string {
  return `${documentId}#${position}`;
}

function passageKeys(documentId: string, from: number, to: number): Removal[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => ({
    key: passageKey(documentId, from + i),
  }));
}

function storedIn(entry: LongTermEntry | undefined): StoredDocument | undefined {
  return entry?.value as StoredDocument | undefined;
}
