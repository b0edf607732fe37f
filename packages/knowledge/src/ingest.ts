import { checkId, MemoryError, throwIfAborted, type LongTermStore } from "@mem/core";
import { Shelf } from "./shelf.ts";
import { checkDocument, type SourceDocument } from "./source-document.ts";

export interface IngestProgress {
  readonly documents: number;
  readonly passages: number;
}

export interface IngestOptions {
  /** The knowledge's own store: the one its readers were created with. */
  readonly store: LongTermStore;
  readonly documents: Iterable<SourceDocument> | AsyncIterable<SourceDocument>;
  /** Whose agents can read it. Default `"default"`. */
  readonly tenantId?: string;
  /** Names the source: documents that it no longer has are removed, those of other sources stay. Default `"default"`. */
  readonly collection?: string;
  /** How long a passage may be, in characters: 100 to 100,000. Default 1,200. */
  readonly maxPassageLength?: number;
  /** Called after each batch of 100 documents, and after the last. */
  readonly onProgress?: (progress: IngestProgress) => void;
  /** Stops between two batches; an ingest that is repeated goes on where it stopped. */
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

const MIN_PASSAGE_LENGTH = 100;
const MAX_PASSAGE_LENGTH = 100_000;

// Documents are compared and stored together: a store commits a hundred about as fast as one.
const BATCH = 100;

/**
 * Brings the knowledge to what its source says: adds what is new, replaces what changed, removes what is gone, and
 * does not touch the rest. The operator's side; agents only read.
 *
 * Rejects with `MEM_INVALID_ARGUMENT` for a document without id or text, and with `MEM_CONFLICT` for an id that occurs
 * twice or belongs to another collection; both name the document's place in the source.
 */
export async function ingestKnowledge(options: IngestOptions): Promise<IngestResult> {
  const { store, tenantId = "default", collection = "default", maxPassageLength = 1200 } = options;
  const shelf = new Shelf(store, checkId(tenantId, "options.tenantId"), {
    collection: checkId(collection, "options.collection"),
    maxPassageLength: checkPassageLength(maxPassageLength),
  });
  const seen = new Set<string>();
  const total = { added: 0, changed: 0, unchanged: 0, passages: 0 };
  let batch: SourceDocument[] = [];

  const put = async (): Promise<void> => {
    throwIfAborted(options.signal);
    const { added, changed, unchanged, passages } = await shelf.put(
      batch,
      seen.size - batch.length,
    );
    batch = [];
    total.added += added;
    total.changed += changed;
    total.unchanged += unchanged;
    total.passages += passages;
    options.onProgress?.({ documents: seen.size, passages: total.passages });
  };

  for await (const source of options.documents) {
    const document = checkDocument(source, seen.size);
    if (seen.has(document.id)) {
      const path = `documents[${seen.size}].id`;
      throw new MemoryError("MEM_CONFLICT", `${path} occurs twice in the source`, {
        path,
        retryable: false,
      });
    }
    seen.add(document.id);
    batch.push(document);
    if (batch.length === BATCH) await put();
  }
  if (batch.length > 0) await put();
  throwIfAborted(options.signal);
  return { ...total, removed: await shelf.removeAllBut(seen) };
}

function checkPassageLength(length: number): number {
  if (Number.isInteger(length) && length >= MIN_PASSAGE_LENGTH && length <= MAX_PASSAGE_LENGTH) {
    return length;
  }
  const path = "options.maxPassageLength";
  throw new MemoryError(
    "MEM_INVALID_ARGUMENT",
    `${path} has to be a whole number from ${MIN_PASSAGE_LENGTH} to ${MAX_PASSAGE_LENGTH}`,
    { path },
  );
}
