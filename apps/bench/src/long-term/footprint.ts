import { toRow, type Row } from "../row.ts";
import type { Experiment, Lab } from "../suite.ts";
import { Arena, type NamedStore } from "./arena.ts";
import { OURS, SQLITE } from "./contestants.ts";
import { rested, type Footprint } from "./folder-size.ts";
import { liveBytes } from "./workload.ts";

const SAVES = 10_000;
const MB = 1e6;
const ROOM_MB = 10;
const MAX_FILES = 299;
const MAINTENANCE = { quietMs: 4000, patienceMs: 30_000 };

/** What a folder holds after many single saves, once its own maintenance has come to rest. */
export const footprint: Experiment = {
  title: "bytes and files after 10,000 saves",
  async run(lab) {
    return [...(await rowsOf(SAVES, lab)), ...(await rowsOf(SAVES / 10, lab))];
  },
};

async function rowsOf(memories: number, lab: Lab): Promise<Row[]> {
  await using arena = new Arena();
  const measured = new Map<string, Footprint>();
  for (const name of [OURS, SQLITE]) {
    lab.tell(`${name}, ${memories} memories`);
    const folder = arena.path("store");
    const named = await arena.open(name, { folder, keys: memories });
    measured.set(name, await fillAndRest(named, folder));
  }
  const ours = measured.get(OURS) as Footprint;
  const beside = measured.get(SQLITE) as Footprint;
  const live = liveBytes(memories);
  const limit = (3 * live) / MB + ROOM_MB;
  const figure = {
    suite: "long-term",
    config: `10,000 single saves of ${memories.toLocaleString("en-US")} memories, ${(live / MB).toPrecision(2)} MB live`,
    clock: "none",
    better: "lower",
  } as const;
  return [
    toRow(
      {
        ...figure,
        case: "bytes on disk",
        unit: "MB",
        rival: `3 × live data + ${ROOM_MB} MB`,
        target: 1,
        stretch: (2 * live) / MB / limit,
      },
      {
        ours: [ours.bytes / MB],
        against: [limit],
        peers: new Map([[SQLITE, [beside.bytes / MB]]]),
      },
    ),
    toRow(
      {
        ...figure,
        case: "files on disk",
        unit: "files",
        rival: "the limit set",
        target: 1,
      },
      { ours: [ours.files], against: [MAX_FILES] },
    ),
  ];
}

async function fillAndRest({ store }: NamedStore, folder: string): Promise<Footprint> {
  await store.ask("calls", { call: "save", n: SAVES });
  await store.ask("settle", {});
  return rested(folder, MAINTENANCE);
}
