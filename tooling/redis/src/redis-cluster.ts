import { setTimeout as delay } from "node:timers/promises";

import { findRedisServer } from "./find-redis-server.ts";
import { toArgs } from "./redis-process.ts";
import { type RedisServer, startRedis } from "./redis-server.ts";

export interface StartRedisClusterOptions {
  /** Default: 3, the minimum that can agree on a failover. */
  masters?: number;
  /** Replicas of each master. Default: 0. */
  replicas?: 0 | 1;
  /** Additional arguments of every node. */
  args?: readonly string[];
}

/** A private cluster; every node can be killed, frozen and restarted by itself. */
export interface RedisCluster extends AsyncDisposable {
  readonly masters: readonly RedisServer[];
  /** The replica at index i follows the master at index i. */
  readonly replicas: readonly RedisServer[];
  stop(): Promise<void>;
}

const slotCount = 16_384;
const timeoutMs = 20_000;
const pollMs = 20;

/** Starts a cluster and resolves when every node serves all slots and every replica is in sync. */
export async function startRedisCluster(
  options: StartRedisClusterOptions = {},
): Promise<RedisCluster> {
  const masterCount = options.masters ?? 3;
  const replicaCount = masterCount * (options.replicas ?? 0);
  const nodes = await startNodes(masterCount + replicaCount, options.args ?? []);
  const masters = nodes.slice(0, masterCount);
  const replicas = nodes.slice(masterCount);
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map(async (node) => await node.stop()));
  };
  try {
    await join(masters, replicas);
  } catch (error) {
    await stop();
    throw error;
  }
  return { masters, replicas, stop, [Symbol.asyncDispose]: stop };
}

async function startNodes(count: number, extra: readonly string[]): Promise<RedisServer[]> {
  const binary = await findRedisServer();
  const settings = {
    "cluster-enabled": "yes",
    "cluster-node-timeout": "10000",
    // A replica syncs at once, without waiting for others that may come.
    "repl-diskless-sync-delay": "0",
  };
  const args = [...toArgs(settings), ...extra];
  const started = await Promise.allSettled(
    Array.from({ length: count }, async () => await startRedis({ binary, args })),
  );
  const nodes = started.flatMap((node) => (node.status === "fulfilled" ? [node.value] : []));
  const failure = started.find((node) => node.status === "rejected");
  if (failure === undefined) return nodes;
  await Promise.all(nodes.map(async (node) => await node.stop()));
  throw failure.reason;
}

async function join(
  masters: readonly RedisServer[],
  replicas: readonly RedisServer[],
): Promise<void> {
  const nodes = [...masters, ...replicas];
  const slots = Array.from({ length: slotCount }, (_, slot) => String(slot));
  const share = Math.ceil(slotCount / masters.length);
  for (const [index, master] of masters.entries()) {
    await master.command("CLUSTER", "SET-CONFIG-EPOCH", String(index + 1));
    await master.command("CLUSTER", "ADDSLOTS", ...slots.slice(index * share, (index + 1) * share));
  }
  for (const [node, other] of nodes.flatMap((one) => nodes.map((two) => [one, two] as const))) {
    if (node !== other) await node.command("CLUSTER", "MEET", "127.0.0.1", String(other.port));
  }
  const ids = await Promise.all(
    nodes.map(async (node) => String(await node.command("CLUSTER", "MYID"))),
  );
  await until(nodes, ["CLUSTER", "NODES"], (known) => ids.every((id) => known.includes(id)));
  for (const [index, replica] of replicas.entries()) {
    await replica.command("CLUSTER", "REPLICATE", String(ids[index]));
  }
  await until(nodes, ["CLUSTER", "NODES"], (known) => {
    return (known.match(/\bslave\b/g) ?? []).length === replicas.length;
  });
  await until(nodes, ["CLUSTER", "INFO"], (info) => info.includes("cluster_state:ok"));
  await until(replicas, ["INFO", "replication"], (info) => info.includes("master_link_status:up"));
}

/** Asks every node until its answer is as expected. */
async function until(
  nodes: readonly RedisServer[],
  command: readonly string[],
  isExpected: (answer: string) => boolean,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (const node of nodes) {
    for (;;) {
      const answer = String(await node.command(...command));
      if (isExpected(answer)) break;
      if (performance.now() > deadline) {
        throw new Error(`The cluster did not form: port ${node.port} answers\n${answer}`);
      }
      await delay(pollMs);
    }
  }
}
