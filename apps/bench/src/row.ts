import { median } from "./statistics.ts";

/** One figure compared with its limit or a peer, measured in the same run. */
export interface Row {
  readonly suite: string;
  readonly case: string;
  readonly config: string;
  /** What was measured: CPU time of the main thread, wall-clock time, or neither. */
  readonly clock: "cpu" | "wall" | "none";
  readonly better: "higher" | "lower";
  readonly ours: number;
  /** Whose figure `against` is. */
  readonly rival: string;
  readonly against: number;
  readonly unit: string;
  /** The median of the ratios of ours to against in each round. */
  readonly ratio: number;
  /** The lowest and the highest of these ratios. */
  readonly spread: readonly [number, number];
  /** What the ratio has to reach: at least this if higher is better, at most this if lower is. */
  readonly target?: number;
  readonly stretch?: number;
  /** Follows from ratio and target; absent without a target. */
  readonly met?: boolean;
  /** The medians of other participants. */
  readonly peers: Readonly<Record<string, number>>;
}

/** What is known about a row before anything is measured. */
export type Figure = Pick<
  Row,
  "suite" | "case" | "config" | "clock" | "better" | "rival" | "unit" | "target" | "stretch"
>;

/** What was measured in each round. */
export interface Rounds {
  readonly ours: readonly number[];
  readonly against: readonly number[];
  readonly peers?: ReadonlyMap<string, readonly number[]>;
}

/** Compares within each round, so that a slow round is slow for both. */
export function toRow(figure: Figure, { ours, against, peers = new Map() }: Rounds): Row {
  const ratios = ours.map((value, i) => value / (against[i] ?? Number.NaN));
  const ratio = median(ratios);
  const { target, stretch, ...rest } = figure;
  return {
    ...rest,
    ours: median(ours),
    against: median(against),
    ratio,
    spread: [Math.min(...ratios), Math.max(...ratios)],
    ...(target !== undefined && { target, met: reaches(ratio, target, figure.better) }),
    ...(stretch !== undefined && { stretch }),
    peers: Object.fromEntries([...peers].map(([name, values]) => [name, median(values)])),
  };
}

function reaches(ratio: number, target: number, better: Row["better"]): boolean {
  return better === "higher" ? ratio >= target : ratio <= target;
}
