import type { Backends } from "./backends.ts";
import { isMemoryError } from "./errors.ts";
import type { Health } from "./health.ts";
import type { CallOptions } from "./keyed-store.ts";
import type { MemoryHealth, MemoryStats } from "./memory.ts";

const SEVERITY: readonly Health["status"][] = ["ok", "degraded", "down"];

/** The totals of one tenant in each backend; absent for backends that are not configured. */
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

/** The health of each backend, and the worst status of all. */
export async function totalHealth(backends: Backends): Promise<MemoryHealth> {
  const parts = Object.entries(backends.configured);
  const healths = await Promise.all(
    parts.map(async ([name, part]) => [name, await healthOf(part)] as const),
  );
  const worst = Math.max(...healths.map(([, { status }]) => SEVERITY.indexOf(status)));
  return { status: SEVERITY[worst] ?? "down", parts: Object.fromEntries(healths) };
}

type Part = Backends["configured"][keyof Backends["configured"]] & object;

/** A backend that can't report its health must not hide the health of the others. */
async function healthOf(part: Part): Promise<Health> {
  try {
    return await part.health();
  } catch (error) {
    return {
      status: "down",
      backend: part.name,
      durability: "capabilities" in part ? part.capabilities.durability : "process",
      messages: [
        `it can't tell its health: ${error instanceof Error ? error.message : "no reason"}`,
      ],
      details: isMemoryError(error) ? { code: error.code } : {},
    };
  }
}
