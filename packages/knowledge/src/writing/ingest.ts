import { checkOptions, throwIfAborted, type NamesOf } from "@mem/core";
import { requireStore } from "../knowledge-store.ts";
import { invalidArgument } from "../invalid-argument.ts";
import { untilAborted } from "./until-aborted.ts";
import type { Compared, Draft } from "./draft.ts";
import { collectionIn, readManifest } from "../shelf/manifest.ts";
import { shelfOf } from "../shelf/shelf.ts";
import { deleteIngests, settle } from "./settling.ts";
import { checkDocument, requireNew, type SourceDocument } from "../sources/source-document.ts";
import { strikeOutAll } from "./under-way.ts";
import { PUT_OPTIONS, writeDraft, type PutOptions } from "./operator-call.ts";

/** How many documents and passages have been processed so far. */
export interface IngestProgress {
  readonly documents: number;
  readonly passages: number;
}

export interface IngestOptions extends PutOptions {
  /** All documents of the collection; any other document in it is removed. Iterated once and never held all at once. */
  readonly documents: Iterable<SourceDocument> | AsyncIterable<SourceDocument>;
  /** Called after each batch of at most 100 documents. */
  readonly onProgress?: (progress: IngestProgress) => void;
}

const INGEST_OPTIONS: NamesOf<IngestOptions> = {
  ...PUT_OPTIONS,
  documents: true,
  onProgress: true,
};

/** How many documents the ingest added, changed, removed and left unchanged. */
export interface IngestResult {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly unchanged: number;
  /** The passages of all documents of the source. */
  readonly passages: number;
}

// Documents are compared and stored together: a store commits a hundred about as fast as one.
const BATCH_DOCUMENTS = 100;
const BATCH_CHARACTERS = 2_000_000;

/**
 * Brings a collection in line with its source: adds new documents, replaces changed ones, removes those that are gone,
 * and leaves the rest untouched. This is for operators; agents only read.
 *
 * Readers see all of an ingest or nothing, at any time and wherever it is cut off. Repeat an ingest that was killed: it
 * starts over and deletes what the killed one left. Ingests of one collection in one process take turns; of those in
 * several processes, the first to finish wins, and the others reject with `MEM_CONFLICT` (`retryable`) and change
 * nothing.
 *
 * Rejects with `MEM_INVALID_ARGUMENT` for an invalid document, and with `MEM_CONFLICT` for an id that occurs twice or
 * belongs to another collection; both errors name the document's place in the source.
 */
export async function ingestKnowledge(options: IngestOptions): Promise<IngestResult> {
  checkOptions(options, INGEST_OPTIONS);
  requireStore(options.store);
  requireIterable(options.documents);
  return writeDraft(options, async (draft) => {
    const seen = new Set<string>();
    const put = await putAll(draft, options, seen);
    const removed = await draft.removeAllBut(seen);
    if (options.dryRun !== true) await deleteLeftovers(options, draft);
    return { ...put, removed };
  });
}

async function putAll(
  draft: Draft,
  { documents, signal, onProgress }: IngestOptions,
  seen: Set<string>,
): Promise<Compared> {
  let total: Compared = { added: 0, changed: 0, unchanged: 0, passages: 0 };
  let batch: SourceDocument[] = [];
  let characters = 0;
  const put = async (): Promise<void> => {
    throwIfAborted(signal);
    total = sum(total, await draft.put(batch, seen.size - batch.length));
    batch = [];
    characters = 0;
    onProgress?.({ documents: seen.size, passages: total.passages });
  };
  for await (const source of untilAborted(documents, signal)) {
    const document = checkDocument(source, seen.size);
    requireNew(document, seen.size, seen);
    seen.add(document.id);
    batch.push(document);
    characters += document.text.length;
    if (batch.length === BATCH_DOCUMENTS || characters >= BATCH_CHARACTERS) await put();
  }
  if (batch.length > 0) await put();
  return total;
}

/** Deletes what killed ingests left. An ingest without changes is not published, so it strikes them out here. */
async function deleteLeftovers(
  { store, tenantId = "default", collection = "default" }: IngestOptions,
  draft: Draft,
): Promise<void> {
  const shelf = shelfOf(tenantId);
  const { deleted } = collectionIn(await readManifest(store, shelf), collection);
  await deleteIngests(store, shelf, deleted);
  if (!draft.isEmpty) return;
  await strikeOutAll({ store, shelf, collection });
  await settle(store, shelf, collection);
}

function requireIterable(documents: object): void {
  const isObject = typeof documents === "object" && documents !== null;
  if (isObject && (Symbol.asyncIterator in documents || Symbol.iterator in documents)) return;
  throw invalidArgument("documents", "has to be an array or another (async) iterable");
}

function sum(a: Compared, b: Compared): Compared {
  return {
    added: a.added + b.added,
    changed: a.changed + b.changed,
    unchanged: a.unchanged + b.unchanged,
    passages: a.passages + b.passages,
  };
}
