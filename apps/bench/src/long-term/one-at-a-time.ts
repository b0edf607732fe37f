import { toRow, type Figure } from "../row.ts";
import type { Experiment, Lab } from "../suite.ts";
import { Arena } from "./arena.ts";
import { raceCalls, type Scores } from "./calls.ts";
import { APPEND, APPEND_BLOCKING, LANCEDB, OURS, SQLITE } from "./contestants.ts";
import { lanceDbVersion } from "./lancedb.ts";
import { MASTRA } from "./peer-stores.ts";

const ROWS = 10_000;
const figure = {
  suite: "long-term",
  config: "230 B, 10k memories",
  clock: "wall",
} as const;
const inMs = {
  ...figure,
  case: "durable save one at a time, p50",
  better: "lower",
  unit: "ms",
} as const satisfies Partial<Figure>;
const perSecond = {
  ...figure,
  case: "durable save one at a time",
  better: "higher",
  unit: "saves/s",
} as const satisfies Partial<Figure>;

/** Saves that are on disk before the next one begins, compared with the least that the disk requires. */
export const saveAgainstDisk: Experiment = {
  title: "save one at a time, against the disk and node:sqlite",
  async run(lab) {
    const names = [OURS, APPEND, SQLITE, APPEND_BLOCKING];
    const { p50Ms, perSecond: rates } = await raceSaves(names, lab);
    const limit = { ...inMs, rival: APPEND, target: 1.5, stretch: 1.2 };
    const database = { ...perSecond, rival: SQLITE, target: 0.7, stretch: 1 };
    return [
      toRow(limit, {
        ours: p50Ms.of(OURS),
        against: p50Ms.of(APPEND),
        peers: p50Ms.without(OURS, APPEND),
      }),
      toRow(database, { ours: rates.of(OURS), against: rates.of(SQLITE) }),
    ];
  },
};

/** The same compared with the only durable use of LanceDB itself, and with other stores for agents. */
export const saveAgainstLanceDb: Experiment = {
  title: "save one at a time, against LanceDB, 10k rows",
  async run(lab) {
    lab.tookPart("LanceDB", lanceDbVersion());
    const { perSecond: rates } = await raceSaves(
      [OURS, LANCEDB, ...(lab.hasPeers ? [MASTRA] : [])],
      lab,
    );
    return [
      toRow(
        { ...perSecond, rival: LANCEDB, target: 10, stretch: 20 },
        {
          ours: rates.of(OURS),
          against: rates.of(LANCEDB),
          peers: rates.without(OURS, LANCEDB),
        },
      ),
    ];
  },
};

async function raceSaves(names: readonly string[], lab: Lab): Promise<Scores> {
  await using arena = new Arena();
  lab.tell("filling");
  const stores = await arena.openAll(names, { keys: ROWS, filled: ROWS });
  return await raceCalls(
    stores,
    // So that each turn of LanceDB's includes one of its compactions.
    { call: "save", sliceMs: lab.sliceMs * 4, atLeast: { [LANCEDB]: 50 } },
    lab,
  );
}
