import type { RedisServer } from "@mem/redis-server";

// In parts, because a command has to be answered within two seconds.
const PART = 100_000;

/** Makes this many foreign keys, of 230 bytes each. */
export async function populate(redis: RedisServer, keys: number): Promise<void> {
  for (let at = 0; at < keys; at += PART) {
    const count = String(Math.min(PART, keys - at));
    await redis.command("DEBUG", "POPULATE", count, `foreign:${at}`, "230");
  }
}
