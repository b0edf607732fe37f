import { toRow, type Row } from "../row.ts";
import { median } from "../statistics.ts";
import type { Experiment } from "../suite.ts";
import { Arena } from "./arena.ts";
import { GROUP_COMMIT, OURS } from "./contestants.ts";
import type { Stretch } from "./store-worker.ts";

const IN_FLIGHT = 64;
const KEYS = 100_000;
const STRETCHES = 6;
const STRETCH_MS = 10_000;
// A backlog is flat if its peaks grow by less than a flush's worth of chance.
const FLAT = 1.25;

/** A minute of saves, with ten seconds of the disk alone before and after it: does the background work keep up? */
export const sustained: Experiment = {
  title: "64 concurrent saves, sustained for 60 s",
  async run(lab) {
    await using arena = new Arena();
    const [{ store: limit }, { store }] = [
      await arena.open(GROUP_COMMIT, { keys: KEYS }),
      await arena.open(OURS, { keys: KEYS }),
    ];
    const ofLimit = async (): Promise<Stretch[]> =>
      limit.ask("sustain", { inFlight: IN_FLIGHT, stretches: 1, stretchMs: STRETCH_MS });
    lab.tell("the limit before");
    const before = await ofLimit();
    lab.tell("a minute of saves");
    const ours = await store.ask("sustain", {
      inFlight: IN_FLIGHT,
      stretches: STRETCHES,
      stretchMs: STRETCH_MS,
    });
    lab.tell("settling");
    await store.ask("settle", {});
    lab.tell("the limit after");
    const after = await ofLimit();
    return toRows(ours, [...before, ...after]);
  },
};

function toRows(ours: readonly Stretch[], limit: readonly Stretch[]): Row[] {
  const figure = {
    suite: "long-term",
    config: "230 B, 60 s, 100k memories",
    clock: "wall",
  } as const;
  const rates = ours.map(perSecond);
  const against = limit.map(perSecond).reduce((sum, rate) => sum + rate, 0) / limit.length;
  const entries = ours.map(({ backlog }) => backlog.entries);
  const half = entries.length / 2;
  return [
    toRow(
      {
        ...figure,
        case: `${IN_FLIGHT} concurrent durable saves, sustained`,
        better: "higher",
        unit: "saves/s",
        rival: GROUP_COMMIT,
        target: 0.3,
        stretch: 0.5,
      },
      { ours: rates, against: rates.map(() => against) },
    ),
    toRow(
      {
        ...figure,
        case: "backlog in the last 30 s",
        better: "lower",
        unit: "entries",
        rival: "the 30 s before",
        target: FLAT,
      },
      {
        ours: [Math.max(...entries.slice(half))],
        against: [Math.max(...entries.slice(0, half))],
        peers: new Map([["half of the time at most", [median(entries)]]]),
      },
    ),
  ];
}

function perSecond({ operations, wallMs }: Stretch): number {
  return (operations / wallMs) * 1000;
}
