/** One figure beside its limit or a peer, measured in the same run. */
export interface Row {
  readonly suite: string;
  readonly case: string;
  readonly config: string;
  /** What was measured: CPU time of the main thread, or time on the wall. */
  readonly clock: "cpu" | "wall";
  readonly better: "higher";
  readonly ours: number;
  readonly against: number;
  readonly unit: string;
  /** The median of the rounds' own ratios, ours to against. */
  readonly ratio: number;
  /** The lowest and the highest of them. */
  readonly spread: readonly [number, number];
  /** What the ratio has to reach. */
  readonly target?: number;
  readonly stretch?: number;
  /** Follows from ratio and target; absent without a target. */
  readonly met?: boolean;
  readonly peers: Readonly<Record<string, number>>;
}
