import type { loadPeer } from "../../peers/load.ts";
import { TTL_MS } from "../plan.ts";
import type { Client } from "./client.ts";

type Load = typeof loadPeer;

/** Each one is set up as its README describes, with the same value and TTL as the others. */
export const PEER_CLIENTS: Readonly<Record<string, (url: string, load: Load) => Promise<Client>>> =
  {
    "node-redis": async (url, load) => {
      const { createClient } = await load<NodeRedis>("redis");
      const client = createClient({ url });
      await client.connect();
      const options = { expiration: { type: "PX", value: TTL_MS } } as const;
      return {
        save: (key, value) => client.set(`node-redis:${key}`, JSON.stringify(value), options),
        get: async (key) => {
          const text = await client.get(`node-redis:${key}`);
          return text === null ? undefined : JSON.parse(text);
        },
      };
    },
    keyv: async (url, load) => {
      const { createKeyv } = await load<KeyvRedis>("@keyv/redis");
      const keyv = createKeyv(url, { namespace: "keyv" });
      return {
        save: (key, value) => keyv.set(key, value, TTL_MS),
        get: (key) => keyv.get(key),
        clear: () => keyv.clear(),
      };
    },
    unstorage: async (url, load) => {
      const { createStorage } = await load<Unstorage>("unstorage");
      const { default: redisDriver } = await load<UnstorageRedis>("unstorage/drivers/redis");
      const storage = createStorage({ driver: redisDriver({ url, base: "unstorage" }) });
      const ttl = TTL_MS / 1000;
      return {
        save: (key, value) => storage.setItem(key, value, { ttl }),
        get: (key) => storage.getItem(key),
        clear: () => storage.clear(),
      };
    },
    "@mastra/redis": async (url, load) => {
      const { RedisServerCache } = await load<MastraRedis>("@mastra/redis");
      const { Redis } = await load<{ Redis: new (url: string) => unknown }>("ioredis");
      const options = { keyPrefix: "mastra:", ttlSeconds: TTL_MS / 1000 };
      const cache = new RedisServerCache({ client: new Redis(url) }, options);
      return {
        save: (key, value) => cache.set(key, value),
        get: (key) => cache.get(key),
        clear: () => cache.clear(),
      };
    },
  };

interface NodeRedis {
  readonly createClient: (options: { readonly url: string }) => {
    connect(): Promise<unknown>;
    get(key: string): Promise<string | null>;
    set(
      key: string,
      value: string,
      options: { readonly expiration: { readonly type: "PX"; readonly value: number } },
    ): Promise<unknown>;
  };
}

interface KeyvRedis {
  readonly createKeyv: (
    url: string,
    options: { readonly namespace: string },
  ) => {
    get(key: string): Promise<unknown>;
    set(key: string, value: unknown, ttlMs: number): Promise<unknown>;
    clear(): Promise<void>;
  };
}

interface Unstorage {
  readonly createStorage: (options: { readonly driver: unknown }) => {
    getItem(key: string): Promise<unknown>;
    setItem(key: string, value: unknown, options: { readonly ttl: number }): Promise<void>;
    clear(): Promise<void>;
  };
}

interface UnstorageRedis {
  readonly default: (options: { readonly url: string; readonly base: string }) => unknown;
}

interface MastraRedis {
  readonly RedisServerCache: new (
    config: { readonly client: unknown },
    options: { readonly keyPrefix: string; readonly ttlSeconds: number },
  ) => {
    get(key: string): Promise<unknown>;
    set(key: string, value: unknown): Promise<void>;
    clear(): Promise<void>;
  };
}
