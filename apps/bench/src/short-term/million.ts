import { race, Score } from "../race.ts";
import { toRow, type Row } from "../row.ts";
import type { Experiment, Lab } from "../suite.ts";
import { MAP, OURS } from "./caches.ts";
import { MIXES, PEERS, SMALL_GOALS, throughputRows, type Mix } from "./rivals.ts";
import { cacheRunner, scoreOf, scoreRates, startCache } from "./throughput.ts";

const KEYS = 1_000_000;
const SIZE = "230 B";
const LIMIT_BYTES = 620;
const STRETCH_BYTES = 450;

interface Scores {
  readonly bytes: Score;
  readonly rates: Map<Mix, Score>;
}

/** A million entries: the memory of each, and gets and saves among them; the peers run once. */
export const million: Experiment = {
  title: "1M keys, 230 B",
  async run(lab) {
    const scores: Scores = { bytes: new Score(), rates: new Map() };
    for (let round = 0; round < lab.rounds; round++) {
      await runRound(round, [OURS, MAP], lab, scores);
    }
    // Two at a time, because they take long and no verdict depends on them.
    for (let at = 0; at < PEERS.length && lab.hasPeers; at += 2) {
      await runRound(0, PEERS.slice(at, at + 2), lab, scores);
    }
    const goals = SMALL_GOALS.filter(({ rival }) => rival === MAP);
    return [
      bytesRow(scores.bytes),
      ...[...scores.rates].flatMap(([mix, score]) =>
        throughputRows(`${SIZE}, 1M keys`, mix, goals, score),
      ),
    ];
  },
};

async function runRound(
  round: number,
  names: readonly string[],
  lab: Lab,
  { bytes, rates }: Scores,
): Promise<void> {
  lab.tell(`round ${round + 1} of ${lab.rounds}: ${names.join(" and ")}`);
  await using stack = new AsyncDisposableStack();
  const caches = names.map((name) => ({ name, cache: stack.use(startCache()) }));
  await Promise.all(
    caches.map(async ({ name, cache }) => {
      bytes.add(name, await cache.ask("open", { name, keys: KEYS, size: SIZE }));
    }),
  );
  for (const [mix, reads] of Object.entries(MIXES) as [Mix, number][]) {
    const runners = caches.map(({ name, cache }) => cacheRunner(name, cache, reads));
    scoreRates(await race(runners, lab, round), scoreOf(rates, mix));
  }
}

function bytesRow(bytes: Score): Row {
  const ours = bytes.of(OURS);
  return toRow(
    {
      suite: "short-term",
      case: "bytes per entry",
      config: `${SIZE}, 1M keys, default configuration`,
      clock: "none",
      better: "lower",
      rival: "the limit set",
      unit: "B",
      target: 1,
      stretch: STRETCH_BYTES / LIMIT_BYTES,
    },
    { ours, against: ours.map(() => LIMIT_BYTES), peers: bytes.without(OURS) },
  );
}
