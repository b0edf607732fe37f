import { stemmer } from "stemmer";
import type { DataSet, Query } from "../data/data-set.ts";
import type { Engine } from "./engine.ts";
import { DEPTH } from "./metrics.ts";

/*
 * BM25 as textbooks describe it, written independently: it shares nothing with what is measured.
 */

/** The English stop words of Lucene. */
const STOP_WORDS = new Set(
  "a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with".split(
    " ",
  ),
);

const K1 = 1.2;
const B = 0.75;

interface Document {
  readonly id: string;
  readonly length: number;
}

/** The index of one scope. */
interface Index {
  readonly documents: readonly Document[];
  readonly averageLength: number;
  /** How often each document has a term, by term. */
  readonly postings: ReadonlyMap<string, ReadonlyMap<Document, number>>;
}

/** Porter's stems, Lucene's stop words, k1 = 1.2, b = 0.75; with separate statistics for each scope. */
export function textbookBm25(data: DataSet, limit: number = DEPTH): Engine {
  const scopes = Map.groupBy(data.docs, ({ scope }) => scope);
  const indexes = new Map(Array.from(scopes, ([scope, docs]) => [scope, toIndex(docs)]));
  return {
    search: async ({ scope, text }) => rankByBm25(indexes.get(scope), text, limit),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

export function toTerms(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.flatMap((word) => toStem(word) ?? []);
}

/** The stem of a lowercase word; `undefined` for a stop word. */
export function toStem(word: string): string | undefined {
  return STOP_WORDS.has(word) ? undefined : stemmer(word);
}

function toIndex(docs: readonly Pick<Query, "id" | "text">[]): Index {
  const postings = new Map<string, Map<Document, number>>();
  let total = 0;
  const documents = docs.map(({ id, text }) => {
    const terms = toTerms(text);
    const document = { id, length: terms.length };
    total += terms.length;
    for (const term of terms) {
      const own = postings.get(term) ?? new Map<Document, number>();
      postings.set(term, own.set(document, (own.get(document) ?? 0) + 1));
    }
    return document;
  });
  return { documents, averageLength: total / documents.length, postings };
}

function rankByBm25(index: Index | undefined, text: string, limit: number): string[] {
  if (index === undefined) return [];
  const scores = new Map<Document, number>();
  for (const term of toTerms(text)) {
    const having = index.postings.get(term);
    if (having === undefined) continue;
    const idf = Math.log(1 + (index.documents.length - having.size + 0.5) / (having.size + 0.5));
    for (const [document, frequency] of having) {
      const saturation = K1 * (1 - B + (B * document.length) / index.averageLength);
      const score = (idf * frequency * (K1 + 1)) / (frequency + saturation);
      scores.set(document, (scores.get(document) ?? 0) + score);
    }
  }
  return [...scores]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, limit)
    .map(([{ id }]) => id);
}
