import { createMemoryBackend } from "@mem/backend-memory";
import { MemoryManager } from "@mem/core";
import { loadPeer } from "../../peers/load.ts";
import { TTL_MS } from "../plan.ts";
import type { Cache } from "./cache.ts";
import { PEER_CACHES } from "./peer-caches.ts";

export const OURS = "mem";
export const OURS_BY_AGENT = "mem, agent named in each call";
/** A bare map of JSON: what a user would write who only wants isolation. */
export const MAP = "Map + JSON";

type Open = () => Cache | Promise<Cache>;

const OWN_CACHES: Readonly<Record<string, Open>> = {
  [OURS]: () => {
    const agent = new MemoryManager({ shortTerm: createMemoryBackend() }).forAgent("bench");
    return {
      isAsync: true,
      save: (key, value, ttlMs) =>
        ttlMs === TTL_MS ? agent.save(key, value) : agent.save(key, value, { ttl: ttlMs / 1000 }),
      get: (key) => agent.retrieve(key),
    };
  },
  [OURS_BY_AGENT]: () => {
    const memory = new MemoryManager({ shortTerm: createMemoryBackend() });
    return {
      isAsync: true,
      save: (key, value) => memory.save("bench", key, value),
      get: (key) => memory.retrieve("bench", key),
    };
  },
  [MAP]: () => {
    const map = new Map<string, string>();
    return {
      isAsync: false,
      save: (key, value) => map.set(key, JSON.stringify(value)),
      get: (key) => {
        const text = map.get(key);
        return text === undefined ? undefined : JSON.parse(text);
      },
    };
  },
};

export async function openCache(name: string): Promise<Cache> {
  const own = OWN_CACHES[name];
  if (own !== undefined) return own();
  const peer = PEER_CACHES[name];
  if (peer === undefined) throw new Error(`There is no contestant named ${name}.`);
  return peer(loadPeer);
}
