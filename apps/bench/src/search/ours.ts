import { where, type Embedder, type Filter, type LongTermStore } from "@mem/core";
import { createLanceDbStore } from "@mem/longterm-lancedb";
import {
  QUESTIONS,
  questionAt,
  SCOPE,
  type Collection,
  type Question,
  type Selection,
} from "./collection.ts";
import { TOP, type Contestant } from "./contestant.ts";

/** Our store as everyone gets it, called as the manager calls it. */
export function ours(folder: string, collection: Collection): Contestant {
  const store = createLanceDbStore({ uri: folder, embedder: askedVectors(collection) });
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

/** Knows the vectors of the questions: what a model takes is no part of a search. */
export function askedVectors(collection: Collection): Embedder {
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

/** Nothing is measured while a store is filled: what is behind the log may catch up, on however busy a machine. */
export type Filling = Pick<LongTermStore, "restore" | "flush">;
