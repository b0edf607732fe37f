import { createRedisBackend } from "@mem/backend-redis";
import { MemoryManager, type AgentMemory } from "@mem/core";
import { loadPeer } from "../../peers/load.ts";
import { TTL_MS } from "../plan.ts";
import type { Client } from "./client.ts";
import { handmade } from "./handmade.ts";
import { loadIoredis, type Ioredis } from "./ioredis.ts";
import { PEER_CLIENTS } from "./peer-clients.ts";

export const OURS = "mem";
export const OURS_OF_MANY = "mem, 100 agents";
export const OURS_IN_SESSION = "mem, in a session";
export const PIPELINED = "ioredis, auto-pipelining";
export const PLAIN = "ioredis";
export const HANDMADE = "Lua by hand";

type Open = (url: string) => Client | Promise<Client>;

const OWN_CLIENTS: Readonly<Record<string, Open>> = {
  [OURS]: (url) => {
    const backend = createRedisBackend({ url });
    const scope = { tenantId: "default", agentId: "bench" };
    return {
      ...agentClient(new MemoryManager({ shortTerm: backend }).forAgent("bench")),
      count: () => backend.count(scope),
      clear: () => backend.clear(scope),
    };
  },
  [OURS_OF_MANY]: (url) => {
    const memory = new MemoryManager({ shortTerm: createRedisBackend({ url }) });
    const agents = Array.from({ length: 100 }, (_, i) => memory.forAgent(`agent-${i}`));
    const agentOf = (i: number): AgentMemory => agents[i % agents.length] as AgentMemory;
    return {
      save: (key, value, i) => agentOf(i).save(key, value),
      get: (key, i) => agentOf(i).retrieve(key),
    };
  },
  [OURS_IN_SESSION]: async (url) => {
    const memory = new MemoryManager({ shortTerm: createRedisBackend({ url }) });
    const join = async (): Promise<AgentMemory> =>
      (await memory.startWorkflow("run", { join: "if-exists" })).forAgent("bench");
    let agent = await join();
    return {
      save: (key, value) => agent.save(key, value),
      get: (key) => agent.retrieve(key),
      // This also ends the session.
      clear: () => memory.clearSession("run"),
      afterClear: async () => {
        agent = await join();
      },
    };
  },
  [PLAIN]: (url) => ioredisClient(url, false),
  [PIPELINED]: (url) => ioredisClient(url, true),
  [HANDMADE]: async (url) => handmade(new (await loadIoredis()).Redis(url)),
};

export async function openClient(name: string, url: string): Promise<Client> {
  const own = OWN_CLIENTS[name];
  if (own !== undefined) return own(url);
  const peer = PEER_CLIENTS[name];
  if (peer === undefined) throw new Error(`There is no contestant named ${name}.`);
  return peer(url, loadPeer);
}

function agentClient(agent: AgentMemory): Client {
  return {
    save: (key, value) => agent.save(key, value),
    get: (key) => agent.retrieve(key),
  };
}

async function ioredisClient(url: string, enableAutoPipelining: boolean): Promise<Client> {
  const { Redis } = await loadIoredis();
  const client: Ioredis = new Redis(url, { enableAutoPipelining });
  return {
    save: (key, value) => client.set(key, JSON.stringify(value), "PX", TTL_MS),
    get: async (key) => {
      const text = await client.get(key);
      return text === null ? undefined : JSON.parse(text);
    },
  };
}
