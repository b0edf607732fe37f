import type { loadPeer } from "../../peers/load.ts";
import type { Cache } from "./cache.ts";

type Load = typeof loadPeer;

/** Each one is set up as its README describes, with the same value and TTL as the others. */
export const PEER_CACHES: Readonly<Record<string, (load: Load) => Promise<Cache>>> = {
  keyv: async (load) => {
    const { default: Keyv } = await load<{ default: new () => KeyedCache }>("keyv");
    return toCache(new Keyv());
  },
  cacheable: async (load) => {
    const { Cacheable } = await load<{ Cacheable: new () => KeyedCache }>("cacheable");
    return toCache(new Cacheable());
  },
  "cache-manager": async (load) => {
    const { createCache } = await load<{ createCache: () => KeyedCache }>("cache-manager");
    return toCache(createCache());
  },
  "node-cache": (load) => nodeCache(load, {}),
  "node-cache, checkperiod 1 s": (load) => nodeCache(load, { checkperiod: 1 }),
  unstorage: async (load) => {
    const { createStorage } = await load<{ createStorage: () => Storage }>("unstorage");
    const storage = createStorage();
    return {
      isAsync: true,
      save: (key, value, ttlMs) => storage.setItem(key, value, { ttl: ttlMs / 1000 }),
      get: (key) => storage.getItem(key),
    };
  },
  "LangGraph InMemoryStore": async (load) => {
    const { InMemoryStore } = await load<{ InMemoryStore: new () => Store }>(
      "@langchain/langgraph-checkpoint",
    );
    const store = new InMemoryStore();
    const namespace = ["memories", "bench"];
    return {
      isAsync: true,
      save: (key, value) => store.put(namespace, key, value),
      get: async (key) => (await store.get(namespace, key))?.value,
    };
  },
  "lru-cache": (load) => lruCache(load, { max: 2 ** 20 }),
  "lru-cache, ttlAutopurge": (load) => lruCache(load, { max: 2 ** 20, ttlAutopurge: true }),
  "@isaacs/ttlcache": async (load) => {
    const { TTLCache } = await load<{ TTLCache: new () => TimedCache }>("@isaacs/ttlcache");
    return toSyncCache(new TTLCache());
  },
};

interface KeyedCache {
  get(key: string): unknown;
  set(key: string, value: unknown, ttl: number): unknown;
}

interface Storage {
  getItem(key: string): Promise<unknown>;
  setItem(key: string, value: unknown, options: { readonly ttl: number }): Promise<void>;
}

interface Store {
  get(namespace: string[], key: string): Promise<{ readonly value: unknown } | null>;
  put(namespace: string[], key: string, value: unknown): Promise<void>;
}

interface TimedCache {
  get(key: string): unknown;
  set(key: string, value: unknown, options: { readonly ttl: number }): unknown;
}

interface LruOptions {
  readonly max: number;
  readonly ttlAutopurge?: boolean;
}

async function lruCache(load: Load, options: LruOptions): Promise<Cache> {
  const { LRUCache } = await load<{ LRUCache: new (options: LruOptions) => TimedCache }>(
    "lru-cache",
  );
  return toSyncCache(new LRUCache(options));
}

async function nodeCache(load: Load, options: { readonly checkperiod?: number }): Promise<Cache> {
  const { default: NodeCache } = await load<{
    default: new (given: typeof options) => KeyedCache;
  }>("node-cache");
  const cache = new NodeCache(options);
  return {
    isAsync: false,
    save: (key, value, ttlMs) => cache.set(key, value, ttlMs / 1000),
    get: (key) => cache.get(key),
  };
}

function toCache(cache: KeyedCache): Cache {
  return {
    isAsync: true,
    save: (key, value, ttlMs) => cache.set(key, value, ttlMs),
    get: (key) => cache.get(key),
  };
}

function toSyncCache(cache: TimedCache): Cache {
  return {
    isAsync: false,
    save: (key, value, ttlMs) => cache.set(key, value, { ttl: ttlMs }),
    get: (key) => cache.get(key),
  };
}
