import { checkId, throwIfAborted, type LongTermStore, type NamesOf } from "@mem/core";
import { Draft } from "./draft.ts";
import { invalidArgument } from "../invalid-argument.ts";
import { collectionIn, readManifest, type Manifest } from "../shelf/manifest.ts";
import { settle } from "./settling.ts";
import { shelfOf, type Shelf } from "../shelf/shelf.ts";
import { inTurn } from "./turns.ts";

/** Options of every call that writes knowledge. */
export interface WriteOptions {
  /** The knowledge's own store: the one that its readers were created with. */
  readonly store: LongTermStore;
  /** The tenant whose agents can read it. Default `"default"`. */
  readonly tenantId?: string;
  /** The collection to write to; a document belongs to exactly one. Default `"default"`. */
  readonly collection?: string;
  /** Aborts the call with `MEM_ABORTED` and nothing is changed. Once the change is published, the call completes. */
  readonly signal?: AbortSignal;
}

export const WRITE_OPTIONS: NamesOf<WriteOptions> = {
  store: true,
  tenantId: true,
  collection: true,
  signal: true,
};

export interface PutOptions extends WriteOptions {
  /** Maximum length of a passage, in characters: 100 to 100,000. Default 1,200. */
  readonly maxPassageLength?: number;
  /** Reports what would be done, and does nothing. Default `false`. */
  readonly dryRun?: boolean;
}

export const PUT_OPTIONS: NamesOf<PutOptions> = {
  ...WRITE_OPTIONS,
  maxPassageLength: true,
  dryRun: true,
};

const MIN_PASSAGE_LENGTH = 100;
const MAX_PASSAGE_LENGTH = 100_000;

/** Runs `work` on a draft of a collection and publishes the draft, or leaves nothing of it. */
export async function writeDraft<T>(
  options: PutOptions,
  work: (draft: Draft) => Promise<T>,
): Promise<T> {
  const { store, signal, dryRun = false, maxPassageLength = 1200 } = options;
  const tenantId = checkId(options.tenantId ?? "default", "options.tenantId");
  const collection = checkId(options.collection ?? "default", "options.collection");
  checkPassageLength(maxPassageLength);
  const shelf = shelfOf(tenantId);
  return inTurn(store, JSON.stringify([tenantId, collection]), signal, async () => {
    const manifest = await (dryRun ? readManifest(store, shelf) : settledManifest(store, shelf));
    const { published: since } = collectionIn(manifest, collection);
    const draft = new Draft({ store, shelf, collection, since, maxPassageLength, dryRun });
    try {
      const result = await work(draft);
      throwIfAborted(signal);
      await draft.publish();
      return result;
    } catch (error) {
      // What can't be deleted now, the next ingest deletes: the reason is what the caller has to know.
      throw await draft.discard(error).catch(() => error);
    }
  });
}

/**
 * Returns the manifest after finishing what a kill left unfinished, in all collections, because a document may have
 * moved from one to another. Nothing may build on a published state that is not settled.
 */
async function settledManifest(store: LongTermStore, shelf: Shelf): Promise<Manifest> {
  for (;;) {
    const manifest = await readManifest(store, shelf);
    const unsettled = manifest.collections.filter(
      ({ isUnsettled, failed }) => isUnsettled || failed.length > 0,
    );
    if (unsettled.length === 0) return manifest;
    for (const { name } of unsettled) await settle(store, shelf, name);
  }
}

function checkPassageLength(length: number): void {
  if (Number.isInteger(length) && length >= MIN_PASSAGE_LENGTH && length <= MAX_PASSAGE_LENGTH) {
    return;
  }
  throw invalidArgument(
    "options.maxPassageLength",
    `has to be a whole number from ${MIN_PASSAGE_LENGTH} to ${MAX_PASSAGE_LENGTH}`,
  );
}
