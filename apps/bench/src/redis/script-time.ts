import type { RedisServer } from "@mem/redis-server";

/** The milliseconds that the server has spent in scripts since its statistics were reset. */
export async function scriptTimeMs(redis: RedisServer): Promise<number> {
  const stats = String(await redis.command("INFO", "commandstats"));
  return [...stats.matchAll(/^cmdstat_(?:evalsha|eval|fcall):calls=\d+,usec=(\d+)/gm)]
    .map(([, usec]) => Number(usec) / 1000)
    .reduce((sum, ms) => sum + ms, 0);
}
