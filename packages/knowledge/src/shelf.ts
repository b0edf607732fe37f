import { createHash } from "node:crypto";
import type {
  AgentScope,
  LongTermEntry,
  LongTermStore,
  LongTermWrite,
  Removal,
  Scope,
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
  /** SHA-256, in hex, of all that the ingest of this document depends on. */
  readonly hash: string;
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

// Part of every document's hash: raised when the same text would be split otherwise.
const SPLIT_VERSION = 1;
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

  /** Stores those that are new or changed. */
  async put(documents: readonly SourceDocument[]): Promise<PutResult> {
    const entries = await this.#store.get(
      this.#documents,
      documents.map(({ id }) => id),
    );
    const fresh = documents.map((document, i) => {
      const old = storedIn(entries[i]);
      const hash = this.#hash(document);
      const isKept = old?.hash === hash;
      return { document, old, hash, isKept, passages: isKept ? [] : this.#split(document) };
    });
    const changed = fresh.filter(({ isKept }) => !isKept);

    // Passages first, documents last: an ingest that was cut off finds the old hashes and does it again.
    await this.#save(
      this.#passages,
      changed.flatMap(({ document, passages }) =>
        passages.map((passage, position) => this.#passageWrite(document, passage, position)),
      ),
    );
    await this.#delete(
      this.#passages,
      changed.flatMap(({ document, old, passages }) =>
        passageKeys(document.id, passages.length, old?.passages ?? 0),
      ),
    );
    await this.#save(
      this.#documents,
      changed.map(({ document, hash, passages }) =>
        this.#documentWrite(document, hash, passages.length),
      ),
    );
    return {
      added: changed.filter(({ old }) => old === undefined).length,
      changed: changed.filter(({ old }) => old !== undefined).length,
      unchanged: fresh.length - changed.length,
      passages: fresh.reduce(
        (sum, { isKept, old, passages }) => sum + (isKept ? (old?.passages ?? 0) : passages.length),
        0,
      ),
    };
  }

  /** Removes the documents of this source that it no longer has; how many. */
  async removeAllBut(ids: ReadonlySet<string>): Promise<number> {
    let removed = 0;
    let cursor: string | undefined;
    do {
      const request = { limit: PAGE, ...(cursor !== undefined && { cursor }) };
      const page = await this.#store.list(this.#documents, request);
      const gone = page.items.filter(
        (entry) => storedIn(entry)?.collection === this.#source.collection && !ids.has(entry.key),
      );
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
    const write = { key: id, value: { ...value }, text: "", source: "document" } as const;
    return metadata === undefined ? write : { ...write, metadata };
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
