import { checkCount } from "./checks.ts";
import { invalid, MemoryError, throwIfAborted } from "./errors.ts";
import type { SearchScores } from "./search-hit.ts";
import type { SearchRequest } from "./search-request.ts";

/** What a reranker judges: a `SearchHit`, or a `MessageHit` of a conversation. */
export interface Rerankable {
  readonly text: string;
  readonly score: number;
  readonly scores: SearchScores;
}

/**
 * Scores hits again with a model that reads the query and each text together. This is slower than a search, so it gets
 * only the best hits. Pass it to a search as the option `reranker`.
 */
export interface Reranker<Hit = Rerankable> {
  /** How many of the best hits it judges, 1 to 1,000; never fewer than `topK`. Default 50. */
  readonly depth?: number;
  /**
   * Resolves to a score from 0 to 1 for each hit, in the order of the hits. It replaces the hit's own score, so it has
   * to mean the same for every query; hits with equal scores keep their order. `signal` fires when the caller gives up.
   */
  rerank(
    query: string,
    hits: readonly Hit[],
    options: { readonly signal?: AbortSignal },
  ): Promise<readonly number[]>;
}

const DEPTH = 50;

/** Refuses an invalid reranker before any search. */
export function checkReranker<Hit>(reranker: Reranker<Hit>): Reranker<Hit> {
  if (typeof reranker?.rerank !== "function") {
    throw invalid("options.reranker", "has to be an object with a method rerank");
  }
  if (reranker.depth !== undefined) checkCount(reranker.depth, "options.reranker.depth", 1, 1000);
  return reranker;
}

/**
 * Finds as many hits as the reranker judges, and ranks them by its scores. Rejects with `MEM_UNAVAILABLE` if the
 * reranker fails or its answer is invalid, and with `MEM_ABORTED` as soon as the signal fires.
 */
export async function searchReranked<Hit extends Rerankable>(
  reranker: Reranker<Hit> | undefined,
  request: SearchRequest,
  search: (request: SearchRequest) => Promise<Hit[]>,
  signal: AbortSignal | undefined,
): Promise<Hit[]> {
  if (reranker === undefined) return search(request);
  const { text, topK, minScore = 0 } = request;
  const hits = await search({ ...request, topK: Math.max(topK, reranker.depth ?? DEPTH) });
  if (hits.length === 0) return hits;
  throwIfAborted(signal);
  const scores = await judge(reranker, text, hits, signal);
  return hits
    .map((hit, i) => rescored(hit, scores[i] as number))
    .filter(({ score }) => score >= minScore)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, topK);
}

function rescored<Hit extends Rerankable>(hit: Hit, score: number): Hit {
  return { ...hit, score, scores: { ...hit.scores, reranker: score - hit.score } };
}

async function judge<Hit>(
  reranker: Reranker<Hit>,
  query: string,
  hits: readonly Hit[],
  signal: AbortSignal | undefined,
): Promise<readonly number[]> {
  let scores: unknown;
  try {
    // A copy, so that a reranker that sorts it does not change the list that its scores are for.
    const reply = reranker.rerank(query, [...hits], signal === undefined ? {} : { signal });
    scores = await untilAborted(reply, signal);
  } catch (cause) {
    if (signal?.aborted === true) throw aborted(signal);
    throw failed("the reranker failed", cause);
  }
  return checkScores(scores, hits.length);
}

/** The model may go on; the caller no longer waits for it. */
async function untilAborted<T>(reply: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return reply;
  const { promise: given, reject } = Promise.withResolvers<never>();
  const giveUp = (): void => reject(signal.reason);
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    return await Promise.race([reply, given]);
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

function checkScores(scores: unknown, count: number): readonly number[] {
  if (!Array.isArray(scores)) throw failed("the reranker's answer is not an array of scores");
  if (scores.length !== count) {
    throw failed(`the reranker was given ${count} hits and gave ${scores.length} scores`);
  }
  const bad = scores.findIndex((score) => !(typeof score === "number" && score >= 0 && score <= 1));
  if (bad !== -1) throw failed(`the reranker's score ${bad} is not a number from 0 to 1`);
  return scores as readonly number[];
}

function aborted(signal: AbortSignal): MemoryError {
  return new MemoryError("MEM_ABORTED", "the call was aborted while its hits were reranked", {
    cause: signal.reason,
  });
}

/** The code of any unavailable service; the path and the message say that it isn't the memory. */
function failed(what: string, cause?: unknown): MemoryError {
  return new MemoryError(
    "MEM_UNAVAILABLE",
    `${what}; the memory itself has answered: search again, or without options.reranker`,
    { path: "options.reranker", ...(cause !== undefined && { cause }) },
  );
}
