import { isMemoryError, where, type Embedder, type Filter, type LongTermStore } from "@mem/core";
import { createLanceDbStore } from "@mem/longterm-lancedb";
import {
  entryAt,
  QUESTIONS,
  questionAt,
  SCOPE,
  type Collection,
  type Question,
  type Selection,
} from "./collection.ts";
import { TOP, type Contestant } from "./contestant.ts";

const BATCH = 1000;
const BATCHES_BETWEEN = 20;

/** Our store with its defaults, called as the manager calls it. */
export function ours(store: Pick<LongTermStore, "search">): Contestant {
  return {
    ask: async (question, { mode, selection }) => {
      const filter = filterFor(question, selection);
      const hits = await store.search(SCOPE, {
        text: question.text,
        topK: TOP,
        mode,
        neighbours: true,
        ...(filter && { filter }),
      });
      return hits.map(({ key }) => key);
    },
  };
}

export function openOurs(folder: string, collection: Collection): LongTermStore {
  return createLanceDbStore({ uri: folder, embedder: askedVectors(collection) });
}

/** Knows the vectors of the questions, because the time of a model is no part of a search. */
function askedVectors(collection: Collection): Embedder {
  let vectors: Map<string, Float32Array> | undefined;
  return {
    model: `bench-${collection.shape}`,
    dimensions: collection.dimensions,
    weight: 0.5,
    embed: async (texts) => {
      vectors ??= new Map(
        Array.from({ length: QUESTIONS }, (_, i) => questionAt(i, collection)).map(
          ({ text, vector }) => [text, vector],
        ),
      );
      return texts.map((text) => vectors?.get(text) as Float32Array);
    },
  };
}

function filterFor({ bucket, rare }: Question, selection: Selection): Filter | undefined {
  if (selection === "1%") return where.all({ bucket });
  return selection === "0.01%" ? where.all({ rare }) : undefined;
}

/**
 * Fills a new store and leaves it open. Nothing is measured meanwhile, so the flush may catch up with the log, however
 * busy the machine is.
 */
export async function fillOurs(folder: string, collection: Collection): Promise<LongTermStore> {
  const store = openOurs(folder, collection);
  const { model } = askedVectors(collection);
  for (let from = 0; from < collection.count; from += BATCH) {
    const length = Math.min(BATCH, collection.count - from);
    const entries = Array.from({ length }, (_, i) => entryAt(from + i, collection));
    await store.restore(entries, { vectorsOf: { model, dimensions: collection.dimensions } });
    if ((from / BATCH) % BATCHES_BETWEEN === BATCHES_BETWEEN - 1) await flushed(store);
  }
  await flushed(store);
  return store;
}

/** Flushes, however long it takes: a large table may be compacted meanwhile. */
async function flushed(store: LongTermStore): Promise<void> {
  for (;;) {
    try {
      return await store.flush();
    } catch (error) {
      if (!isMemoryError(error) || !error.retryable) throw error;
    }
  }
}
