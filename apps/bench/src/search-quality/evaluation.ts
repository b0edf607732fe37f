import type { DataSet } from "../data/data-set.ts";
import type { Engine } from "./engine.ts";
import { judge, mean, type Quality } from "./metrics.ts";

// Enough to keep two cores busy.
const IN_FLIGHT = 4;
const TOLD = 100;

export interface Evaluation extends Quality {
  readonly searches: number;
  readonly hits: number;
  /** How many of the hits belong to another scope than the one that was searched. */
  readonly outside: number;
}

/** Asks every query and judges the answers. */
export async function evaluate(
  engine: Pick<Engine, "search">,
  data: DataSet,
  tell: (done: number) => void = () => undefined,
): Promise<Evaluation> {
  const scopes = new Map(data.docs.map(({ id, scope }) => [id, scope]));
  const qualities: Quality[] = [];
  let [hits, outside] = [0, 0];
  const waiting = data.queries.values();
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      // Each lane takes the next query that no other has taken.
      for (const query of waiting) {
        const ranking = await engine.search(query);
        hits += ranking.length;
        outside += ranking.filter((id) => scopes.get(id) !== query.scope).length;
        qualities.push(judge(ranking, data.judgements.get(query.id) ?? new Map()));
        if (qualities.length % TOLD === 0) tell(qualities.length);
      }
    }),
  );
  return { ...mean(qualities), searches: qualities.length, hits, outside };
}
