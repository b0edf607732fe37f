import type { Row } from "../row.ts";
import { toRow, type Figure } from "../row.ts";
import type { Score } from "../race.ts";
import { MAP, OURS } from "./caches.ts";

export type Mix = "50/50" | "90/10";

/** The share of operations that are reads. */
export const MIXES: Readonly<Record<Mix, number>> = { "50/50": 0.5, "90/10": 0.9 };

/** What has to be reached against a rival in each mix. */
export interface Goal {
  readonly rival: string;
  readonly target: Readonly<Record<Mix, number>>;
  readonly stretch?: number;
}

const both = (target: number): Goal["target"] => ({ "50/50": target, "90/10": target });

export const SMALL_GOALS: readonly Goal[] = [
  { rival: MAP, target: both(0.8), stretch: 1.2 },
  { rival: "keyv", target: { "50/50": 8, "90/10": 6 } },
  { rival: "cacheable", target: { "50/50": 8, "90/10": 6 } },
  { rival: "node-cache", target: both(3) },
  { rival: "unstorage", target: both(2) },
  { rival: "LangGraph InMemoryStore", target: both(1.3) },
];

export const LARGE_GOALS: readonly Goal[] = [{ rival: MAP, target: both(1.1), stretch: 1.6 }];

/** Measured without a goal: what they return is live, or they are another way to call ours. */
export const BESIDE: readonly string[] = ["cache-manager", "lru-cache"];

export const PEERS: readonly string[] = [
  ...SMALL_GOALS.map(({ rival }) => rival).filter((rival) => rival !== MAP),
  ...BESIDE,
];

/** A row for each goal whose rival took part; the first one has all others as peers. */
export function throughputRows(
  config: string,
  mix: Mix,
  goals: readonly Goal[],
  score: Score,
): Row[] {
  return goals
    .filter(({ rival }) => score.has(rival))
    .map(({ rival, target, stretch }, i) => {
      const figure: Figure = {
        suite: "short-term",
        case: `get and save, ${mix}`,
        config,
        clock: "cpu",
        better: "higher",
        rival,
        unit: "ops/s",
        target: target[mix],
        ...(stretch !== undefined && { stretch }),
      };
      return toRow(figure, {
        ours: score.of(OURS),
        against: score.of(rival),
        ...(i === 0 && { peers: score.without(OURS, rival) }),
      });
    });
}
