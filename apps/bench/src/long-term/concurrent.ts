import { Score } from "../race.ts";
import { toRow, type Figure } from "../row.ts";
import { rotated } from "../statistics.ts";
import type { Experiment } from "../suite.ts";
import { Arena } from "./arena.ts";
import { GROUP_COMMIT, LANCEDB_JOINED, OURS, SQLITE_JOINED } from "./contestants.ts";
import { lanceDbVersion } from "./lancedb.ts";
import { MASTRA } from "./peer-stores.ts";

const IN_FLIGHT = 64;
const BURST = 20_000;
// For contestants that take milliseconds per save or commit: the full burst would take them minutes.
const SHORT_BURST = 2000;
const FOREVER_NEW = 100_000_000;

const figure = {
  suite: "long-term",
  clock: "wall",
  better: "higher",
  unit: "saves/s",
} as const satisfies Partial<Figure>;

/** Many concurrent saves: each is acknowledged when it is on disk. */
export const burst: Experiment = {
  title: "64 concurrent saves, burst of 20,000",
  async run(lab) {
    lab.tookPart("LanceDB", lanceDbVersion());
    await using arena = new Arena();
    const slow = [LANCEDB_JOINED, ...(lab.hasPeers ? [MASTRA] : [])];
    const names = [OURS, GROUP_COMMIT, SQLITE_JOINED, ...slow];
    const stores = await arena.openAll(names, { keys: FOREVER_NEW });
    const score = new Score();
    for (const { store } of stores) {
      await store.ask("burst", { inFlight: IN_FLIGHT, n: SHORT_BURST });
      await store.ask("settle", {});
    }
    for (let round = 0; round < lab.rounds; round++) {
      lab.tell(`round ${round + 1} of ${lab.rounds}`);
      for (const { name, store } of rotated(stores, round)) {
        const n = slow.includes(name) ? SHORT_BURST : BURST;
        score.add(name, (n / (await store.ask("burst", { inFlight: IN_FLIGHT, n }))) * 1000);
        await store.ask("settle", {});
      }
    }
    return [
      toRow(
        {
          ...figure,
          case: `${IN_FLIGHT} concurrent durable saves`,
          config: "230 B, burst of 20,000",
          rival: GROUP_COMMIT,
          target: 0.5,
          stretch: 0.8,
        },
        {
          ours: score.of(OURS),
          against: score.of(GROUP_COMMIT),
          peers: score.without(OURS, GROUP_COMMIT),
        },
      ),
    ];
  },
};

/** Several processes on one folder, compared with one process on a folder of its own. */
export const together: Experiment = {
  title: "four processes against one",
  async run(lab) {
    const processes = 4;
    const ms = 2000;
    await using arena = new Arena();
    const one = [await arena.open(OURS, { keys: FOREVER_NEW })];
    const folder = arena.path("shared");
    const four = [];
    for (let i = 0; i < processes; i++) {
      four.push(await arena.open(OURS, { folder, first: i * FOREVER_NEW, keys: FOREVER_NEW }));
    }
    const limit = [await arena.open(GROUP_COMMIT, { keys: FOREVER_NEW })];
    const score = new Score();
    const contests = { one, four, limit };
    for (let round = -1; round < lab.rounds; round++) {
      lab.tell(round < 0 ? "warming up" : `round ${round + 1} of ${lab.rounds}`);
      for (const [name, stores] of rotated(Object.entries(contests), round + 1)) {
        const done = await Promise.all(
          stores.map(({ store }) => store.ask("lanes", { inFlight: IN_FLIGHT, ms })),
        );
        const perMs = done.reduce((sum, { operations, wallMs }) => sum + operations / wallMs, 0);
        if (round >= 0) score.add(name, perMs * 1000);
        for (const { store } of stores) await store.ask("settle", {});
      }
    }
    return [
      toRow(
        {
          ...figure,
          case: "four processes on one folder",
          config: `230 B, ${IN_FLIGHT} concurrent in each`,
          rival: "one process",
          target: 1.5,
          stretch: 2.5,
        },
        {
          ours: score.of("four"),
          against: score.of("one"),
          peers: new Map([[`${GROUP_COMMIT} of one process`, score.of("limit")]]),
        },
      ),
    ];
  },
};
