import type { Row } from "./row.ts";

/** Does `n` operations, one after the other or however its case says. */
export type Runner = (n: number) => Promise<unknown>;

export interface Contest {
  readonly suite: string;
  readonly case: string;
  readonly config: string;
  readonly clock: Row["clock"];
  readonly ours: Runner;
  /** The physical limit, or what a user would do without us. */
  readonly against: Runner;
  readonly peers?: Readonly<Record<string, Runner>>;
  /** Ours to against, in operations a second. */
  readonly target?: number;
  readonly stretch?: number;
}

export interface ContestOptions {
  /** At least 5. */
  readonly rounds: number;
  /** How long one runner runs in one round, in milliseconds. */
  readonly sliceMs: number;
}

// A disturbance of a tenth of a second then falls on every runner of the round.
const TURNS = 5;

/**
 * Measures operations a second, all runners in every round, in short turns and each turn in another order, so that a
 * noisy machine is noisy for all of them.
 */
export async function runContest(contest: Contest, options: ContestOptions): Promise<Row> {
  const runners = new Map<string, Runner>([
    ["ours", contest.ours],
    ["against", contest.against],
    ...Object.entries(contest.peers ?? {}),
  ]);
  const sizes = new Map<string, number>();
  for (const [name, runner] of runners) {
    const size = await calibrate(runner, options.sliceMs);
    sizes.set(name, Math.max(1, Math.round(size / TURNS)));
  }

  const rates = new Map<string, number[]>([...runners.keys()].map((name) => [name, []]));
  for (let round = 0; round < options.rounds; round++) {
    const took = new Map<string, number>();
    for (let turn = 0; turn < TURNS; turn++) {
      for (const [name, runner] of rotated([...runners], round + turn)) {
        const ms = await time(() => runner(sizes.get(name) ?? 1), contest.clock);
        took.set(name, (took.get(name) ?? 0) + ms);
      }
    }
    for (const [name, ms] of took) {
      rates.get(name)?.push((((sizes.get(name) ?? 1) * TURNS) / ms) * 1000);
    }
  }
  return toRow(contest, rates);
}

function toRow(contest: Contest, rates: ReadonlyMap<string, readonly number[]>): Row {
  const ours = rates.get("ours") ?? [];
  const against = rates.get("against") ?? [];
  const ratios = ours.map((rate, i) => rate / (against[i] ?? Number.NaN));
  const ratio = median(ratios);
  const { suite, config, clock, target, stretch } = contest;
  return {
    suite,
    case: contest.case,
    config,
    clock,
    better: "higher",
    ours: median(ours),
    against: median(against),
    unit: "ops/s",
    ratio,
    spread: [Math.min(...ratios), Math.max(...ratios)],
    ...(target !== undefined && { target, met: ratio >= target }),
    ...(stretch !== undefined && { stretch }),
    peers: Object.fromEntries(
      Object.keys(contest.peers ?? {}).map((name) => [name, median(rates.get(name) ?? [])]),
    ),
  };
}

/** How many operations fill a slice. Warms up on the way. */
async function calibrate(runner: Runner, sliceMs: number): Promise<number> {
  for (let n = 1; ; n *= 4) {
    const took = await time(() => runner(n), "wall");
    if (took >= sliceMs / 4) return Math.max(1, Math.round((n * sliceMs) / took));
  }
}

async function time(work: () => Promise<unknown>, clock: Row["clock"]): Promise<number> {
  const cpu = process.threadCpuUsage();
  const start = performance.now();
  await work();
  if (clock === "wall") return performance.now() - start;
  const { user, system } = process.threadCpuUsage(cpu);
  return (user + system) / 1000;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (
    ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2
  );
}

function rotated<T>(items: readonly T[], by: number): T[] {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}
