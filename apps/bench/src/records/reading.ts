import { Score } from "../race.ts";
import { toRow, type Figure } from "../row.ts";
import { median, rotated } from "../statistics.ts";
import type { Experiment, Lab } from "../suite.ts";
import { createRandom } from "../random.ts";
import type { Question, Reader } from "./read-worker.ts";
import { describeTrail, GB, startReader, trail, type Trail } from "./trails.ts";
import { idAt, placeOfKind, workflowAt } from "./workload.ts";

const OURS = "mem";
const SEGMENTS = "mem, segments of 64 MiB";
const FIRST = "mem, first call of a process";
const READLINE = "readline scan";
const BYTES = "scan of the bytes";
const BACKWARDS = "bare backwards read";
const LAST = 100;
/** Questions per turn: for those that take some milliseconds each, and for those that take seconds. */
const QUICK = 50;
const TURNS = 3;

const inMs = { suite: "records", clock: "wall", better: "lower", unit: "ms" } as const;
const perSecond = {
  suite: "records",
  clock: "wall",
  better: "higher",
  unit: "queries/s",
} as const satisfies Partial<Figure>;

interface Asked {
  readonly name: string;
  readonly reader: Reader;
  readonly form?: "segments";
  /** The number of questions in a turn. */
  readonly each: number;
  /** Whether each turn runs in a new process. */
  readonly isNew?: boolean;
}

/** The most recent records, which are asked for most. */
export const lastHundred: Experiment = {
  title: "last 100",
  async run(lab) {
    const asked: readonly Asked[] = [
      { name: OURS, reader: "mem", each: QUICK },
      { name: SEGMENTS, reader: "mem", form: "segments", each: QUICK },
      { name: FIRST, reader: "mem", each: 1, isNew: true },
      { name: BACKWARDS, reader: "backwards", each: QUICK },
      { name: READLINE, reader: "readline", each: 1 },
    ];
    const { score, config } = await ask(asked, lab, () => ({ last: LAST }));
    const row = { case: `last ${LAST}`, config };
    return [
      toRow(
        { ...perSecond, ...row, rival: READLINE, target: 1000 },
        { ours: toRates(score.of(OURS)), against: toRates(score.of(READLINE)) },
      ),
      toRow(
        { ...inMs, ...row, rival: BACKWARDS, target: 3 },
        {
          ours: score.of(OURS),
          against: score.of(BACKWARDS),
          peers: score.without(OURS, BACKWARDS),
        },
      ),
    ];
  },
};

export const oneById: Experiment = {
  title: "one by id",
  async run(lab) {
    const asked: readonly Asked[] = [...INDEXED, ...scans(1)];
    const { score, config } = await ask(asked, lab, ({ count }, draw, reader) => ({
      // In the middle: a scan meets it after reading half.
      id: idAt(reader === "mem" ? Math.floor(draw * count) : count >> 1),
    }));
    return [
      toRow(
        { ...perSecond, case: "one by id", config, rival: READLINE, target: 1000 },
        {
          ours: toRates(score.of(OURS)),
          against: toRates(score.of(READLINE)),
          peers: toPeers(score),
        },
      ),
    ];
  },
};

export const oneWorkflow: Experiment = {
  title: "one workflow",
  async run(lab) {
    const goals = { clustered: 50, scattered: 10 } as const;
    const rows = [];
    for (const kind of ["clustered", "scattered"] as const) {
      const counts = new Map<string, number>();
      const { score, config } = await ask([...INDEXED, ...scans(1)], lab, ({ count }, draw) => {
        if (counts.size === 0) countWorkflows(count, counts);
        const workflowId = workflowAt(placeOfKind(kind, draw, count), count);
        return { workflowId, found: counts.get(workflowId) ?? 0 };
      });
      rows.push(
        toRow(
          {
            ...perSecond,
            case: `one workflow of 0.01 %, ${kind}`,
            config,
            rival: READLINE,
            target: goals[kind],
          },
          {
            ours: toRates(score.of(OURS)),
            against: toRates(score.of(READLINE)),
            peers: toPeers(score),
          },
        ),
      );
    }
    return rows;
  },
};

/** Whether a question takes longer as the trail grows. */
export const growth: Experiment = {
  title: "growth, 1 MB to 1 GB",
  async run(lab) {
    const sizes = [1e6, 1e7, 1e8, GB];
    const ms: Record<"one by id" | "last 100", number[]> = { "one by id": [], "last 100": [] };
    for (const bytes of sizes) {
      const made = await trail("one file", bytes, lab.tell);
      await using reader = startReader();
      await reader.ask("open", { trail: made });
      const random = createRandom(bytes);
      const questions = (): Question[] =>
        Array.from({ length: QUICK }, () => ({ id: idAt(Math.floor(random() * made.count)) }));
      const last = Array.from({ length: QUICK }, () => ({ last: LAST }));
      const took = { "one by id": [] as number[], "last 100": [] as number[] };
      for (let round = -1; round < lab.rounds; round++) {
        const byId = await reader.ask("p50", { reader: "mem", questions: questions() });
        const lastMs = await reader.ask("p50", { reader: "mem", questions: last });
        if (round < 0) continue;
        took["one by id"].push(byId);
        took["last 100"].push(lastMs);
      }
      for (const name of ["one by id", "last 100"] as const) ms[name].push(median(took[name]));
    }
    lab.plot({
      name: "growth",
      title: "A query, p50 in ms, by the size of an agent's file",
      sizes: ["1 MB", "10 MB", "100 MB", "1 GB"],
      lines: ms,
    });
    return [];
  },
};

const INDEXED: readonly Asked[] = [
  { name: OURS, reader: "mem", each: QUICK },
  { name: SEGMENTS, reader: "mem", form: "segments", each: QUICK },
  { name: FIRST, reader: "mem", each: 1, isNew: true },
];

function scans(each: number): readonly Asked[] {
  return [
    { name: READLINE, reader: "readline", each },
    { name: BYTES, reader: "bytes", each },
  ];
}

/** The median time of a question in each round, in milliseconds; each reader runs in a separate process. */
async function ask(
  asked: readonly Asked[],
  { rounds, tell }: Pick<Lab, "rounds" | "tell">,
  question: (trail: Trail, draw: number, reader: Reader) => Question,
): Promise<{ readonly score: Score; readonly config: string }> {
  const trails = {
    "one file": await trail("one file", GB, tell),
    segments: await trail("segments", GB, tell),
  };
  const random = createRandom(rounds);
  const score = new Score();
  await using stack = new AsyncDisposableStack();
  const readers = new Map<string, ReturnType<typeof startReader>>();
  const open = async ({ form = "one file" as const }: { form?: keyof typeof trails }) => {
    const reader = startReader();
    await reader.ask("open", { trail: trails[form] });
    return reader;
  };
  for (const { name, form, isNew } of asked) {
    if (isNew !== true) readers.set(name, stack.use(await open({ ...(form && { form }) })));
  }
  for (let round = -1; round < rounds; round++) {
    tell(round < 0 ? "warming up" : `round ${round + 1} of ${rounds}`);
    for (const { name, form = "one file", reader, each } of rotated(asked, round + 1)) {
      const took: number[] = [];
      for (let turn = 0; turn < (each > 1 ? TURNS : 1); turn++) {
        const questions = Array.from({ length: each }, () =>
          question(trails[form], random(), reader),
        );
        const standing = readers.get(name);
        await using fresh = standing === undefined ? await open({ form }) : undefined;
        const process = standing ?? fresh;
        if (process !== undefined) took.push(await process.ask("p50", { reader, questions }));
      }
      if (round >= 0) score.add(name, median(took));
    }
  }
  return { score, config: describeTrail(trails["one file"]) };
}

function countWorkflows(count: number, counts: Map<string, number>): void {
  for (let place = 0; place < count; place++) {
    const workflow = workflowAt(place, count);
    counts.set(workflow, (counts.get(workflow) ?? 0) + 1);
  }
}

function toRates(ms: readonly number[]): number[] {
  return ms.map((value) => 1000 / value);
}

function toPeers(score: Score): ReadonlyMap<string, readonly number[]> {
  return new Map(
    [...score.without(OURS, READLINE)].map(([name, values]) => [name, toRates(values)]),
  );
}
