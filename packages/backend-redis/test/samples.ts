import { isMemoryError, type MemoryError, type Scope, type ShortTermWrite } from "@mem/core";
import type { RedisCluster, RedisServer } from "@mem/redis-server";

export const WRITER: Scope = { tenantId: "acme", agentId: "writer" };
export const LAUNCH = { tenantId: "acme", workflowId: "launch" };

/** A write that lives for a minute. */
export function write(key: string, more: Partial<ShortTermWrite> = {}): ShortTermWrite {
  return { key, value: `value of ${key}`, ttlMs: 60_000, source: "agent", ...more };
}

/** The error that a call rejects with. */
export async function rejection(call: Promise<unknown>): Promise<MemoryError> {
  try {
    const value = await call;
    throw new Error(`resolved with ${JSON.stringify(value)}`);
  } catch (error) {
    if (isMemoryError(error)) return error;
    throw error;
  }
}

/** Waits until something holds; fails after 25 seconds. */
export async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 25_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`it did not come to pass that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Takes a snapshot, and waits until it has ended with this status. */
export async function snapshotEnds(server: RedisServer, status: "ok" | "err"): Promise<void> {
  await server.command("BGSAVE");
  await until(async () => {
    const info = String(await server.command("INFO", "persistence"));
    const isOver = info.includes("rdb_bgsave_in_progress:0");
    return isOver && info.includes(`rdb_last_bgsave_status:${status}`);
  }, `the snapshot ends with ${status}`);
}

/** A scope whose slot is on the given primary. */
export async function scopeOn({ masters }: RedisCluster, index: number): Promise<Scope> {
  for (let i = 0; ; i++) {
    const agentId = `agent ${index} ${i}`;
    const tag = `acme::${encodeURIComponent(agentId)}`;
    const slot = Number(await masters[0]!.command("CLUSTER", "KEYSLOT", tag));
    if (Math.floor(slot / Math.ceil(16_384 / masters.length)) === index) {
      return { tenantId: "acme", agentId };
    }
  }
}
