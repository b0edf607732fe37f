import { isMemoryError, type Durability, type Health, type JsonObject } from "@mem/core";
import type { Redis } from "ioredis";
import type { Ask, Connection } from "./connection.ts";

interface NodeReport {
  readonly isServing: boolean;
  readonly messages: readonly string[];
  readonly details: JsonObject;
}

/** Asks every primary how it is, whether it may drop data on its own, and what it promises to keep. */
export async function checkHealth(
  connection: Connection,
  backend: string,
  durability: Durability,
): Promise<Health> {
  try {
    const reports = await connection.run(undefined, async (ask) => {
      // Also finds the nodes of a Cluster, where the connection is made only now.
      await ask({ command: "ping", args: [] });
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
  const target = node && { node };
  const sentAt = performance.now();
  const info = fieldsOf((await ask({ command: "info", args: [], ...target })) as string);
  const latencyMs = Math.round((performance.now() - sentAt) * 100) / 100;
  const settings = await readSettings(ask, target);
  const policy = info.get("maxmemory_policy") ?? "unknown";
  const role = info.get("role") ?? "unknown";
  const messages: string[] = [];
  if (policy !== "noeviction") {
    messages.push(
      `maxmemory-policy is ${policy}: Redis may drop entries before they expire; set it to noeviction`,
    );
  }
  if (role !== "master") messages.push("this Redis is a replica and takes no writes");
  const isServing = messages.length === 0;
  messages.push(describePersistence(info, settings));
  return {
    isServing,
    messages,
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

type Settings = ReadonlyMap<string, string>;

/** Hosted servers often forbid this: then it is unknown. */
async function readSettings(
  ask: Ask,
  target: { readonly node: Redis } | undefined,
): Promise<Settings | undefined> {
  const settings = new Map<string, string>();
  for (const name of ["appendfsync", "save"]) {
    try {
      const reply = await ask({ command: "config", args: ["get", name], ...target });
      // A client that was given may map such a reply to an object.
      const value = Array.isArray(reply) ? reply[1] : (reply as Record<string, unknown>)[name];
      settings.set(name, String(value ?? ""));
    } catch (error) {
      if (isMemoryError(error) && !error.retryable) return undefined;
      throw error;
    }
  }
  return settings;
}

function describePersistence(info: Settings, settings: Settings | undefined): string {
  const save = settings?.get("save");
  if (info.get("aof_enabled") === "1") return describeAppendOnly(settings?.get("appendfsync"));
  if (save === undefined)
    return "Redis keeps no append-only file; whether it takes snapshots is unknown";
  if (save === "") return "Redis keeps nothing on disk: a restart of the server loses everything";
  return `Redis takes snapshots (save ${save}): a restart loses what was written since the last one`;
}

function describeAppendOnly(fsync: string | undefined): string {
  switch (fsync) {
    case "always":
      return "Redis syncs every write to disk: an acknowledged write survives a crash of the machine";
    case "everysec":
      return "Redis syncs to disk once a second: a crash of the machine loses about a second, of the server nothing";
    default:
      return "Redis keeps an append-only file: a crash of the machine loses what the system had not written yet";
  }
}

function fieldsOf(info: string): Settings {
  const fields = new Map<string, string>();
  for (const line of info.split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return fields;
}
