import { toRow, type Figure, type Row } from "../row.ts";
import type { Evaluation } from "./evaluation.ts";

/** A figure that is the same in every run, so that one round is enough. */
export interface QualityFigure extends Pick<Figure, "case" | "config" | "rival"> {
  readonly ours: number;
  readonly against: number;
  /** Absent if there is nothing to reach. */
  readonly target?: number;
  readonly stretch?: number;
  readonly peers?: Readonly<Record<string, number>>;
}

export function qualityRow(
  unit: string,
  { ours, against, peers = {}, ...figure }: QualityFigure,
): Row {
  return toRow(
    { suite: "search-quality", clock: "none", better: "higher", unit, ...figure },
    {
      ours: [ours],
      against: [against],
      peers: new Map(Object.entries(peers).map(([name, value]) => [name, [value]])),
    },
  );
}

/** How many hits of searches within a scope come from elsewhere: none may. */
export function outsideRow(
  config: string,
  evaluations: readonly Evaluation[],
  peers: Readonly<Record<string, number>> = {},
): Row {
  const sum = (of: (evaluation: Evaluation) => number): number =>
    evaluations.reduce((total, evaluation) => total + of(evaluation), 0);
  const searches = sum((evaluation) => evaluation.searches);
  return toRow(
    {
      suite: "search-quality",
      case: "hits from outside the scope",
      config: `${config}, ${searches.toLocaleString("en-US")} searches`,
      clock: "none",
      better: "lower",
      unit: "hits",
      rival: "all hits",
      target: 0,
    },
    {
      ours: [sum(({ outside }) => outside)],
      against: [sum(({ hits }) => hits)],
      peers: new Map(Object.entries(peers).map(([name, value]) => [name, [value]])),
    },
  );
}
