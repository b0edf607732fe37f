import { createHash } from "node:crypto";
import {
  checkId,
  MemoryError,
  throwIfAborted,
  type LongTermStore,
  type LongTermWrite,
} from "@mem/core";
import { splitPassages } from "./passages.ts";
import {
  documentScope,
  passageKey,
  passageMetadata,
  passageScope,
  type StoredDocument,
  type StoredPassage,
} from "./shelf.ts";
import { checkDocument, type SourceDocument } from "./source-document.ts";

export interface IngestProgress {
  readonly documents: number;
  readonly passages: number;
  /** The document just handled. */
  readonly id: string;
}

export interface IngestOptions {
  /** The knowledge's own store: the one its readers were created with. */
  readonly store: LongTermStore;
  readonly documents: Iterable<SourceDocument> | AsyncIterable<SourceDocument>;
  /** Whose agents can read it. Default `"default"`. */
  readonly tenantId?: string;
  /** Names the source: documents that it no longer has are removed, those of other sources stay. Default `"default"`. */
  readonly collection?: string;
  /** How long a passage may be, in characters. Default 1,200. */
  readonly maxPassageLength?: number;
  readonly onProgress?: (progress: IngestProgress) => void;
  /** Stops between two documents; an ingest that is repeated goes on where it stopped. */
  readonly signal?: AbortSignal;
}

/** How many documents were what. */
export interface IngestResult {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly unchanged: number;
  /** Passages of all documents of the source. */
  readonly passages: number;
}

// Part of every document's hash: raised when the same text would be split otherwise.
const SPLIT_VERSION = 1;
const BATCH = 200;

/**
 * Brings the knowledge to what its source says: adds what is new, replaces what changed, removes what is gone, and
 * does not touch the rest. The operator's side; agents only read.
 *
 * Rejects with `MEM_INVALID_ARGUMENT` for a document without id or text, naming its place, and with `MEM_CONFLICT` for
 * an id that occurs twice.
 */
export async function ingestKnowledge(options: IngestOptions): Promise<IngestResult> {
  const { store, tenantId = "default", collection = "default", maxPassageLength = 1200 } = options;
  const ingest = new Ingest(
    store,
    checkId(tenantId, "options.tenantId"),
    collection,
    maxPassageLength,
  );
  for await (const document of options.documents) {
    throwIfAborted(options.signal);
    await ingest.add(document);
    options.onProgress?.({
      documents: ingest.seen.size,
      passages: ingest.passages,
      id: document.id,
    });
  }
  throwIfAborted(options.signal);
  const removed = await ingest.removeUnseen();
  const { added, changed, unchanged } = ingest.counts;
  return { added, changed, removed, unchanged, passages: ingest.passages };
}

class Ingest {
  readonly seen: Set<string> = new Set();
  readonly counts = { added: 0, changed: 0, unchanged: 0 };
  passages = 0;
  readonly #store: LongTermStore;
  readonly #tenantId: string;
  readonly #collection: string;
  readonly #maxLength: number;

  constructor(store: LongTermStore, tenantId: string, collection: string, maxLength: number) {
    this.#store = store;
    this.#tenantId = tenantId;
    this.#collection = collection;
    this.#maxLength = maxLength;
  }

  async add(source: SourceDocument): Promise<void> {
    const document = checkDocument(source, this.seen.size);
    if (this.seen.has(document.id)) {
      throw new MemoryError(
        "MEM_CONFLICT",
        `documents[${this.seen.size}].id occurs twice in the source`,
      );
    }
    this.seen.add(document.id);
    const [entry] = await this.#store.get(documentScope(this.#tenantId), [document.id]);
    const old = entry?.value as StoredDocument | undefined;
    const hash = this.#hash(document);
    if (old?.hash === hash) {
      this.counts.unchanged++;
      this.passages += old.passages;
      return;
    }
    const count = await this.#replace(document, hash, old?.passages ?? 0);
    this.counts[old === undefined ? "added" : "changed"]++;
    this.passages += count;
  }

  async removeUnseen(): Promise<number> {
    const scope = documentScope(this.#tenantId);
    let removed = 0;
    let cursor: string | undefined;
    do {
      const page = await this.#store.list(scope, {
        limit: BATCH,
        ...(cursor !== undefined && { cursor }),
      });
      for (const { key, value } of page.items) {
        const stored = value as unknown as StoredDocument;
        if (stored.collection !== this.#collection || this.seen.has(key)) continue;
        await this.#removePassages(key, 0, stored.passages);
        await this.#store.delete(scope, [{ key }]);
        removed++;
      }
      cursor = page.cursor;
    } while (cursor !== undefined);
    return removed;
  }

  /** Passages first, the document last: an ingest that was cut off finds the old hash and does it again. */
  async #replace(document: SourceDocument, hash: string, before: number): Promise<number> {
    const passages = splitPassages(document.text, this.#maxLength);
    const title = document.title ?? "";
    const writes = passages.map((passage, position): LongTermWrite => {
      const heading = passage.headings.join(" › ");
      const value: StoredPassage = { document: document.id, title, heading, text: passage.text };
      return {
        key: passageKey(document.id, position),
        value: { ...value },
        text: [title, heading, passage.text].filter((part) => part !== "").join("\n"),
        metadata: passageMetadata(document.metadata, {
          document: document.id,
          heading,
          collection: this.#collection,
        }),
        sequence: { id: document.id, position },
        source: "document",
        derivedFrom: [document.id],
      };
    });
    for (let i = 0; i < writes.length; i += BATCH) {
      await this.#store.save(passageScope(this.#tenantId), writes.slice(i, i + BATCH));
    }
    await this.#removePassages(document.id, writes.length, before);
    const stored: StoredDocument = {
      title,
      text: document.text,
      hash,
      passages: writes.length,
      collection: this.#collection,
    };
    await this.#store.save(documentScope(this.#tenantId), [
      {
        key: document.id,
        value: { ...stored },
        text: "",
        ...(document.metadata !== undefined && { metadata: document.metadata }),
        source: "document",
      },
    ]);
    return writes.length;
  }

  async #removePassages(documentId: string, from: number, to: number): Promise<void> {
    const keys = Array.from({ length: Math.max(0, to - from) }, (_, i) => ({
      key: passageKey(documentId, from + i),
    }));
    if (keys.length > 0) await this.#store.delete(passageScope(this.#tenantId), keys);
  }

  #hash(document: SourceDocument): string {
    const { title, text, metadata } = document;
    const content = [SPLIT_VERSION, this.#maxLength, this.#collection, title, text, metadata];
    return createHash("sha256").update(JSON.stringify(content)).digest("hex");
  }
}
