import { isMemoryError, type Durability, type Health, type JsonObject } from "@mem/core";
import type { Redis } from "ioredis";
import type { Ask, Connection } from "./connection.ts";
import { describeEviction } from "./eviction.ts";
import { describeDiskFailures, describePersistence, PERSISTENCE_SETTINGS } from "./persistence.ts";
import { readInfo, readSettings } from "./server-info.ts";

interface NodeReport {
  readonly isServing: boolean;
  readonly messages: readonly string[];
  readonly details: JsonObject;
}

/** Asks every primary for its state, whether it may evict data, and how durably it stores. */
export async function checkHealth(
  connection: Connection,
  backend: string,
  durability: Durability,
): Promise<Health> {
  try {
    const reports = await connection.run(undefined, async (ask) => {
      // If the client connects only now, this discovers the nodes of a Cluster. Not PING: a server whose disk is full
      // refuses it, but still serves reads.
      await ask({ command: "time", args: [] });
      return Promise.all(connection.nodes().map((node) => inspect(ask, node)));
    });
    const messages = [...new Set(reports.flatMap((report) => report.messages))];
    const isDegraded = reports.some(({ isServing }) => !isServing);
    const [only] = reports;
    const details: JsonObject =
      reports.length === 1 && only !== undefined
        ? only.details
        : { nodes: reports.map((report) => report.details) };
    return { status: isDegraded ? "degraded" : "ok", backend, durability, messages, details };
  } catch (error) {
    if (!isMemoryError(error)) throw error;
    const { code, message } = error;
    return { status: "down", backend, durability, messages: [message], details: { code } };
  }
}

async function inspect(ask: Ask, node: Redis | undefined): Promise<NodeReport> {
  const sentAt = performance.now();
  const info = await readInfo(ask, node);
  const latencyMs = Math.round((performance.now() - sentAt) * 100) / 100;
  if (info === undefined) {
    const message =
      "what Redis keeps, and whether it may drop entries, could not be checked: this user may not run INFO";
    return { isServing: true, messages: [message], details: { latencyMs } };
  }
  const settings = await readSettings(ask, node, PERSISTENCE_SETTINGS);
  const policy = info.get("maxmemory_policy") ?? "unknown";
  const role = info.get("role") ?? "unknown";
  const problems = describeDiskFailures(info);
  const eviction = describeEviction(policy);
  if (eviction !== undefined) problems.push(eviction);
  if (role !== "master") problems.push("this Redis is a replica and takes no writes");
  return {
    isServing: problems.length === 0,
    messages: [...problems, describePersistence(info, settings)],
    details: {
      version: info.get("valkey_version") ?? info.get("redis_version") ?? "unknown",
      runId: info.get("run_id") ?? "unknown",
      role,
      latencyMs,
      maxmemory: Number(info.get("maxmemory") ?? 0),
      maxmemoryPolicy: policy,
      usedMemory: Number(info.get("used_memory") ?? 0),
      appendonly: info.get("aof_enabled") === "1",
      appendfsync: settings?.get("appendfsync") ?? "unknown",
      save: settings?.get("save") ?? "unknown",
    },
  };
}
