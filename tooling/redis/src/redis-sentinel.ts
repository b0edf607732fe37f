import { setTimeout as delay } from "node:timers/promises";

import { findRedisServer } from "./find-redis-server.ts";
import type { RedisBinary } from "./redis-binary.ts";
import { type RedisServer, startRedis } from "./redis-server.ts";

export interface StartRedisSentinelsOptions {
  /** How long the primary has to be silent to be considered down, in milliseconds. Default: 500. */
  downAfterMs?: number;
  /** Additional arguments of primary and replica. */
  args?: readonly string[];
}

/** A primary, a replica, and three Sentinels that watch over them; each can be killed, frozen and restarted. */
export interface RedisSentinels extends AsyncDisposable {
  /** The Sentinels' name for the primary. */
  readonly name: string;
  /** As they were at the start: a failover does not swap them here. */
  readonly primary: RedisServer;
  readonly replica: RedisServer;
  readonly sentinels: readonly RedisServer[];
  stop(): Promise<void>;
}

const name = "main";
const sentinelCount = 3;
const quorum = 2;
const timeoutMs = 20_000;
const pollMs = 20;
/** Sentinels that could not agree on who leads a failover try again after twice this time. */
const failoverMs = 3000;

/** Starts them all and resolves when the replica is in sync and the Sentinels know it and each other. */
export async function startRedisSentinels(
  options: StartRedisSentinelsOptions = {},
): Promise<RedisSentinels> {
  const { downAfterMs = 500, args = [] } = options;
  const binary = await findRedisServer();
  const started: RedisServer[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.map(async (server) => await server.stop()));
  };
  try {
    const primary = await startRedis({ binary, args: [...replication, ...args] });
    started.push(primary);
    const following = ["--replicaof", "127.0.0.1", String(primary.port)];
    const replica = await startRedis({ binary, args: [...replication, ...following, ...args] });
    started.push(replica);
    await until(replica, ["INFO", "replication"], (info) => info.includes("master_link_status:up"));
    const sentinels: RedisServer[] = [];
    for (let i = 0; i < sentinelCount; i += 1) {
      const sentinel = await startSentinel(binary, primary, downAfterMs);
      started.push(sentinel);
      sentinels.push(sentinel);
    }
    for (const sentinel of sentinels) {
      await until(sentinel, ["SENTINEL", "MASTER", name], (known) => {
        const others = `num-other-sentinels,${sentinelCount - 1}`;
        return known.includes(others) && known.includes("num-slaves,1");
      });
    }
    return { name, primary, replica, sentinels, stop, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

// A replica syncs at once, without waiting for others that may come.
const replication = ["--repl-diskless-sync-delay", "0"];

async function startSentinel(
  binary: RedisBinary,
  primary: RedisServer,
  downAfterMs: number,
): Promise<RedisServer> {
  const config = `
sentinel monitor ${name} 127.0.0.1 ${primary.port} ${quorum}
sentinel down-after-milliseconds ${name} ${downAfterMs}
sentinel failover-timeout ${name} ${failoverMs}
`;
  return await startRedis({ binary, config, args: ["--sentinel"] });
}

/** Asks until the answer is as expected. */
async function until(
  server: RedisServer,
  command: readonly string[],
  isExpected: (answer: string) => boolean,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = String(await server.command(...command));
    if (isExpected(answer)) return;
    if (performance.now() > deadline) {
      throw new Error(`The Sentinels did not agree: port ${server.port} answers\n${answer}`);
    }
    await delay(pollMs);
  }
}
