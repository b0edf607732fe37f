import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryBackend } from "@mem/backend-memory";
import { createRedisBackend } from "@mem/backend-redis";
import { cloneJson, MemoryManager, type LongTermStore, type ShortTermBackend } from "@mem/core";
import { createJsonStore } from "@mem/longterm-json";
import { createLanceDbStore } from "@mem/longterm-lancedb";
import { startRedis } from "@mem/redis-server";
import { runContest } from "../contest.ts";
import type { Row } from "../row.ts";
import type { Lab, Suite } from "../suite.ts";

const KEYS = 1000;
// Ratios of ours to the bare backend, set below what a busy machine measures. In this process, a call takes well under
// a microsecond, so checking and copying the value counts (measured: save 0.3 to 0.35, retrieve 0.5 to 0.6). If a call
// leaves the process or reaches the disk, the manager may cost no trip or commit of its own, which would halve the
// ratio.
const IN_PROCESS = { save: 0.25, retrieve: 0.4 } as const;
const OUTSIDE = 0.7;

const scope = { tenantId: "default", agentId: "bench" };
const value = {
  campaign: "spring",
  segment: "returning customers",
  headline: "Welcome back: see what is new this spring",
  budget: 12_500,
  channels: ["email", "search", "social"],
  live: true,
  note: "a value of about 230 bytes of JSON, as an agent hands it over",
};

type Rounds = Pick<Lab, "rounds" | "sliceMs">;

export const managerSuite: Suite = {
  name: "manager",
  about: "what the MemoryManager costs over each bare backend",
  takes: "a minute or two",
  peers: [],
  experiments: [{ title: "every backend", run: managerRows }],
  notes: [],
};

/** The cost of the manager: the same calls through it and on the bare backend, values checked and copied or not. */
export async function managerRows(options: Rounds): Promise<Row[]> {
  const rows: Row[] = [];
  const folder = await mkdtemp(join(tmpdir(), "mem-bench-"));
  try {
    await using redis = await startRedis();
    const cache = createRedisBackend({ url: redis.url });
    const lance = createLanceDbStore({ uri: join(folder, "lance") });
    const json = createJsonStore({ path: join(folder, "memory.json") });
    rows.push(
      ...(await shortTermRows("memory", "cpu", IN_PROCESS, createMemoryBackend(), options)),
      ...(await shortTermRows(
        "redis",
        "wall",
        { save: OUTSIDE, retrieve: OUTSIDE },
        cache,
        options,
      )),
      ...(await longTermRows("lancedb", OUTSIDE, lance, options)),
      ...(await longTermRows("json", IN_PROCESS.retrieve, json, options)),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
  return rows;
}

async function shortTermRows(
  name: string,
  clock: "cpu" | "wall",
  targets: { readonly save: number; readonly retrieve: number },
  bare: ShortTermBackend,
  options: Rounds,
): Promise<Row[]> {
  await using memory = new MemoryManager({ shortTerm: bare });
  const agent = memory.forAgent("bench");
  const contest = {
    suite: "manager",
    config: `short-term on ${name}, 230 B`,
    rival: "the bare backend",
    clock,
  } as const;
  return [
    await runContest(
      {
        ...contest,
        case: "save",
        target: targets.save,
        ours: (n) => repeat(n, (key) => agent.save(key, value)),
        against: (n) =>
          repeat(n, (key) =>
            bare.save(scope, [
              { key, value: cloneJson(value), ttlMs: 86_400_000, source: "agent" },
            ]),
          ),
      },
      options,
    ),
    await runContest(
      {
        ...contest,
        case: "retrieve",
        target: targets.retrieve,
        ours: (n) => repeat(n, (key) => agent.retrieve(key)),
        against: (n) => repeat(n, (key) => bare.get(scope, [key])),
      },
      options,
    ),
  ];
}

async function longTermRows(
  name: string,
  retrieveTarget: number,
  bare: LongTermStore,
  options: Rounds,
): Promise<Row[]> {
  await using memory = new MemoryManager({ shortTerm: createMemoryBackend(), longTerm: bare });
  const agent = memory.forAgent("bench");
  const memoryType = "long_term";
  await agent.saveMany(
    Array.from({ length: 200 }, (_, i) => ({ key: `seed-${i}`, value })),
    { memoryType },
  );
  const [seed] = await bare.get(scope, ["seed-0"]);
  const text = seed?.text ?? "";
  const contest = {
    suite: "manager",
    config: `long-term on ${name}, 230 B`,
    rival: "the bare backend",
    clock: "wall",
  } as const;
  const request = { text: "returning customers", topK: 5, mode: "auto", neighbours: true } as const;
  return [
    await runContest(
      {
        ...contest,
        case: "save",
        target: OUTSIDE,
        ours: (n) => repeat(n, (key) => agent.save(key, value, { memoryType })),
        against: (n) =>
          repeat(n, (key) =>
            bare.save(scope, [{ key, value: cloneJson(value), text, source: "agent" }]),
          ),
      },
      options,
    ),
    await runContest(
      {
        ...contest,
        case: "retrieve",
        target: retrieveTarget,
        ours: (n) => repeat(n, (_, i) => agent.retrieve(`seed-${i % 200}`, { memoryType })),
        against: (n) => repeat(n, (_, i) => bare.get(scope, [`seed-${i % 200}`])),
      },
      options,
    ),
    await runContest(
      {
        ...contest,
        case: "search",
        target: OUTSIDE,
        ours: (n) => repeat(n, () => agent.search(request.text)),
        against: (n) =>
          repeat(n, () => bare.search({ tenantId: "default", agentIds: ["bench"] }, request)),
      },
      options,
    ),
  ];
}

const keys = Array.from({ length: KEYS }, (_, i) => `key-${i}`);

async function repeat(
  n: number,
  call: (key: string, i: number) => Promise<unknown>,
): Promise<void> {
  for (let i = 0; i < n; i++) await call(keys[i % KEYS] as string, i);
}
