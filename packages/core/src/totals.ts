import type { Backends } from "./backends.ts";
import type { Health } from "./health.ts";
import type { CallOptions } from "./keyed-store.ts";
import type { MemoryHealth, MemoryStats } from "./memory.ts";

const SEVERITY: readonly Health["status"][] = ["ok", "degraded", "down"];

/** What every backend holds of a tenant; what is not configured is absent. */
export async function totalStats(
  backends: Backends,
  tenantId: string,
  call: CallOptions,
): Promise<MemoryStats> {
  const { shortTerm, longTerm, knowledge } = backends.configured;
  const [short, long, knowledgeEntries] = await Promise.all([
    shortTerm.stats(tenantId, call),
    longTerm?.stats(tenantId, call),
    knowledge?.count(tenantId, call),
  ]);
  return {
    tenantId,
    shortTermEntries: short.entries,
    activeSessions: short.workflows,
    ...(long !== undefined && {
      longTermEntries: long.entries,
      pendingVectors: long.pendingVectors,
      ...(long.cache !== undefined && { longTermCache: long.cache }),
    }),
    ...(knowledgeEntries !== undefined && { knowledgeEntries }),
  };
}

/** How every backend is, and the worst of them. */
export async function totalHealth(backends: Backends): Promise<MemoryHealth> {
  const parts = Object.entries(backends.configured);
  const healths = await Promise.all(
    parts.map(async ([name, part]) => [name, await part.health()] as const),
  );
  const worst = Math.max(...healths.map(([, { status }]) => SEVERITY.indexOf(status)));
  return { status: SEVERITY[worst] ?? "down", parts: Object.fromEntries(healths) };
}
