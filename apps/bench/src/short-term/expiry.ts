import { Score } from "../race.ts";
import { toRow, type Figure, type Row } from "../row.ts";
import { rotated } from "../statistics.ts";
import type { Experiment, Lab } from "../suite.ts";
import { MAP, OURS } from "./caches.ts";
import type { Expired } from "./expiring.ts";
import { startCache } from "./throughput.ts";

const RIVAL = "@isaacs/ttlcache";
// Measured once: caches that scan, caches with a timer per key, and what the machine does if nothing expires.
const BESIDE = ["lru-cache, ttlAutopurge", "node-cache, checkperiod 1 s", MAP];
const NOTHING_EXPIRES = "Map + JSON, which lets nothing expire";
const OPTIONS = { entries: 1_000_000, windowMs: 2000, afterMs: 1500 };

interface Scores {
  readonly cpu: Score;
  readonly stall: Score;
  readonly freed: Score;
}

/** A million entries that expire within two seconds and that nobody reads. */
export const expiry: Experiment = {
  title: "1M entries expire within 2 s",
  async run(lab) {
    const scores: Scores = { cpu: new Score(), stall: new Score(), freed: new Score() };
    const names = [OURS, ...(lab.hasPeers ? [RIVAL] : [])];
    for (let round = 0; round < lab.rounds; round++) {
      for (const name of rotated(names, round)) await runOne(name, round, lab, scores);
    }
    for (const name of lab.hasPeers ? BESIDE : [MAP]) await runOne(name, 0, lab, scores);
    return toRows(scores);
  },
};

async function runOne(name: string, round: number, lab: Lab, scores: Scores): Promise<void> {
  lab.tell(`round ${round + 1} of ${lab.rounds}, ${name}`);
  const { cpuMs, stallMs, freed } = await expireOne(name);
  const label = name === MAP ? NOTHING_EXPIRES : name;
  scores.cpu.add(label, cpuMs);
  scores.stall.add(label, stallMs);
  scores.freed.add(label, freed * 100);
}

async function expireOne(name: string): Promise<Expired> {
  for (let patience = 1.75; ; patience *= 2) {
    await using cache = startCache();
    const expired = await cache.ask("expire", { name, patience, ...OPTIONS });
    if (expired !== undefined) return expired;
  }
}

function toRows({ cpu, stall, freed }: Scores): Row[] {
  const figure = { suite: "short-term", config: "1M × 230 B due within 2 s" } as const;
  const lower = { ...figure, rival: RIVAL, better: "lower", unit: "ms" } as const;
  const all = freed.of(OURS).map(() => 100);
  return [
    ...(cpu.has(RIVAL)
      ? [
          against({ ...lower, case: "expiry, CPU", clock: "cpu", target: 0.6, stretch: 0.5 }, cpu),
          against(
            {
              ...lower,
              case: "expiry, longest stall",
              clock: "wall",
              target: 0.35,
              stretch: 0.25,
            },
            stall,
          ),
        ]
      : []),
    toRow(
      {
        ...figure,
        case: "expiry, freed without being read",
        clock: "none",
        better: "higher",
        rival: "all of it",
        unit: "% of bytes",
        target: 0.95,
      },
      { ours: freed.of(OURS), against: all, peers: freed.without(OURS) },
    ),
  ];
}

function against(figure: Figure, score: Score): Row {
  return toRow(figure, {
    ours: score.of(OURS),
    against: score.of(figure.rival),
    peers: score.without(OURS, figure.rival),
  });
}
