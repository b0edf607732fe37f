import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Reranker, SearchHit } from "../src/index.ts";
import { hit, openAsked, requests, type AskedMemory } from "./asked-memory.ts";

const HITS = [hit("a", 0.9), hit("b", 0.8), hit("c", 0.7), hit("d", 0.6)];

function open(hits: readonly SearchHit[] = HITS): AskedMemory {
  const search = (_: never, request: { topK: number }): SearchHit[] => hits.slice(0, request.topK);
  return openAsked({
    longTerm: { search },
    knowledge: { search },
  });
}

const giving = (...scores: unknown[]): Reranker => ({
  rerank: async () => scores as number[],
});

const keys = (hits: readonly SearchHit[]): string[] => hits.map(({ key }) => key);

describe("a reranker", () => {
  it("ranks by its own scores, for long-term memory and knowledge alike", async () => {
    const { memory } = open();
    const reranker: Reranker<SearchHit> = {
      rerank: async (query, hits) =>
        hits.map(({ key }) => (key === query ? 1 : key === "a" ? 0.1 : 0.5)),
    };
    for (const memoryType of ["long_term", "shared"] as const) {
      const hits = await memory.searchSimilar("ann", "c", { memoryType, reranker });
      // Hits with equal scores keep their order.
      expect(keys(hits)).toEqual(["c", "b", "d", "a"]);
      expect(hits.map(({ score }) => score)).toEqual([1, 0.5, 0.5, 0.1]);
    }
  });

  it("is explained: the parts of a score still add up to it", async () => {
    const scores = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
      minLength: 4,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(scores, async (given) => {
        const hits = await open().memory.searchSimilar("ann", "x", { reranker: giving(...given) });
        expect(hits.map(({ score }) => score)).toEqual(given.toSorted((a, b) => b - a));
        for (const { score, scores: parts } of hits) {
          const sum = Object.values(parts).reduce((total, part) => total + part, 0);
          expect(sum).toBeCloseTo(score, 12);
        }
      }),
    );
  });

  it("judges the best 50 hits unless it says otherwise, and never fewer than are asked for", async () => {
    const { memory, asked } = open();
    const reranker = giving(1, 1, 1, 1);
    expect(await memory.searchSimilar("ann", "x", { reranker, topK: 2 })).toHaveLength(2);
    await memory.searchSimilar("ann", "x", { reranker: { ...giving(1, 1, 1), depth: 3 }, topK: 1 });
    await memory.searchSimilar("ann", "x", { reranker: { ...reranker, depth: 3 }, topK: 90 });
    expect(requests(asked).map(({ topK }) => topK)).toEqual([50, 3, 90]);
  });

  it("is not asked where nothing was found", async () => {
    const reranker: Reranker = { rerank: async () => Promise.reject(new Error("asked")) };
    expect(await open([]).memory.searchSimilar("ann", "x", { reranker })).toEqual([]);
  });

  it("can take a hit below the least score", async () => {
    const { memory, asked } = open();
    const options = { reranker: giving(0.2, 0.9, 0.5, 0), minScore: 0.5 };
    expect(keys(await memory.searchSimilar("ann", "x", options))).toEqual(["b", "c"]);
    expect(requests(asked)[0]?.minScore).toBe(0.5);
  });

  it("may sort the list that it is given", async () => {
    const reranker: Reranker<SearchHit> = {
      async rerank(_query, hits) {
        (hits as SearchHit[]).reverse();
        return [1, 0.5, 0.25, 0];
      },
    };
    expect(keys(await open().memory.searchSimilar("ann", "x", { reranker }))).toEqual([
      "a",
      "b",
      "c",
      "d",
    ]);
  });
});

describe("a reranker that fails", () => {
  it.each<[string, Reranker]>([
    ["an error", { rerank: async () => Promise.reject(new Error("503 from the model")) }],
    [
      "an error at once",
      {
        rerank: () => {
          throw new Error("503 from the model");
        },
      },
    ],
    ["no array", { rerank: async () => ({ scores: [] }) as never }],
    ["nothing", { rerank: async () => undefined as never }],
    ["too few scores", giving(1, 1, 1)],
    ["too many scores", giving(1, 1, 1, 1, 1)],
    ["a score that is no number", giving(1, "1", 1, 1)],
    ["NaN", giving(1, 1, Number.NaN, 1)],
    ["a score above 1", giving(1, 1, 1, 1.01)],
    ["a score below 0", giving(-0.1, 1, 1, 1)],
    ["a hole", { rerank: async () => Array.from<number>({ length: 4 }).fill(1).toSpliced(2, 1) }],
  ])("with %s is told, and that the memory is well", async (_, reranker) => {
    await expect(open().memory.searchSimilar("ann", "x", { reranker })).rejects.toMatchObject({
      code: "MEM_UNAVAILABLE",
      path: "options.reranker",
      outcome: "not-applied",
      retryable: true,
      message: expect.stringContaining("the memory itself has answered"),
    });
  });

  it("keeps the cause, and no memory's text in the message", async () => {
    const cause = new Error("503 from the model");
    const reranker: Reranker = { rerank: async () => Promise.reject(cause) };
    const error: unknown = await open()
      .memory.searchSimilar("ann", "x", { reranker })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ cause });
    expect(String(error)).not.toContain("text of");
  });
});

describe("a search whose caller gives up", () => {
  it("does not ask the reranker any more", async () => {
    const giveUp = new AbortController();
    const { memory } = openAsked({
      longTerm: {
        search: () => {
          giveUp.abort();
          return HITS;
        },
      },
    });
    let judged = 0;
    const reranker: Reranker = { rerank: async (_, hits) => hits.map(() => judged++) };
    const call = memory.searchSimilar("ann", "x", { reranker, signal: giveUp.signal });
    await expect(call).rejects.toMatchObject({ code: "MEM_ABORTED" });
    expect(judged).toBe(0);
  });

  it("does not wait for a reranker that hangs, and tells it", async () => {
    const giveUp = new AbortController();
    let told: AbortSignal | undefined;
    const reranker: Reranker = {
      rerank: async (_query, _hits, { signal }) => {
        told = signal;
        queueMicrotask(() => giveUp.abort(new Error("too slow")));
        return new Promise<never>(() => undefined);
      },
    };
    const call = open().memory.searchSimilar("ann", "x", { reranker, signal: giveUp.signal });
    await expect(call).rejects.toMatchObject({
      code: "MEM_ABORTED",
      cause: { message: "too slow" },
    });
    expect(told?.aborted).toBe(true);
  });
});
