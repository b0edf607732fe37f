import { Cluster, Redis, type ClusterNode, type ClusterOptions, type RedisOptions } from "ioredis";
import { isRefusal } from "./redis-errors.ts";

/** Where Redis is: a URL, options of ioredis, the nodes of a Cluster, or a client that stays the caller's own. */
export type RedisTarget =
  | {
      /** `redis://` or `rediss://`, with user, password and database where needed. */
      readonly url: string;
      readonly redis?: RedisOptions;
      readonly cluster?: never;
      readonly client?: never;
    }
  | {
      /** Options of ioredis: host, port, `path` of a socket, `tls`, `sentinels`, … */
      readonly redis: RedisOptions;
      readonly url?: never;
      readonly cluster?: never;
      readonly client?: never;
    }
  | {
      /** Some nodes of a Cluster; the others are found through them. */
      readonly cluster: readonly ClusterNode[];
      /** Of every node: password, `tls`, … */
      readonly redis?: NonNullable<ClusterOptions["redisOptions"]>;
      readonly url?: never;
      readonly client?: never;
    }
  | {
      /** Never closed by the backend. */
      readonly client: Redis | Cluster;
      readonly url?: never;
      readonly redis?: never;
      readonly cluster?: never;
    };

/** A client, and whether it is ours to close. */
export interface RedisClient {
  readonly client: Redis | Cluster;
  readonly isOwned: boolean;
}

/** Whether a client sends what only reads to replicas, which may not have seen the latest write. */
export function readsReplicas({ options }: Redis | Cluster): boolean {
  return "scaleReads" in options && options.scaleReads !== "master";
}

/** Makes the client, which connects at its first use; takes a given one as it is. */
export function makeClient(target: RedisTarget, timeoutMs: number): RedisClient {
  if (target.client !== undefined) return { client: target.client, isOwned: false };
  if (target.cluster !== undefined) {
    const client = new Cluster([...target.cluster], {
      lazyConnect: true,
      // Commands are sent once; what could not be written is tried again by the connection.
      retryDelayOnFailover: 0,
      clusterRetryStrategy: reconnectDelay,
      // A node that is silent for longer than a call may take is left for a new connection.
      redisOptions: {
        ...patience(timeoutMs),
        socketTimeout: timeoutMs + 100,
        ...target.redis,
        ...SENT_ONCE,
      },
    });
    return { client, isOwned: true };
  }
  let isRefused = false;
  const options = {
    ...patience(timeoutMs),
    retryStrategy: (times: number) => (isRefused ? REFUSED_DELAY_MS : reconnectDelay(times)),
    // After a failover by Sentinel this leads to the new primary.
    reconnectOnError: (error: Error) => error.message.startsWith("READONLY"),
    ...target.redis,
    ...SENT_ONCE,
    lazyConnect: true,
    enableOfflineQueue: false,
  } satisfies RedisOptions;
  const client = target.url === undefined ? new Redis(options) : new Redis(target.url, options);
  client.on("error", (error) => {
    isRefused = isRefusal(error);
  });
  client.on("ready", () => {
    isRefused = false;
  });
  watchGreeting(client, timeoutMs);
  return { client, isOwned: true };
}

/** What the truth about outcomes and answers rests on, and no option changes. */
const SENT_ONCE = {
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: null,
  replyMapping: "legacy",
  stringNumbers: false,
} as const satisfies RedisOptions;

function patience(timeoutMs: number) {
  return {
    // Its answers are read in less time, and nothing of the newer one is asked for.
    protocol: 2,
    connectTimeout: timeoutMs,
    disconnectTimeout: 100,
    maxLoadingRetryTime: 100,
  } satisfies RedisOptions;
}

/**
 * Leaves a server that takes a connection and says nothing for a new one. `socketTimeout` would do it as well, with a
 * timer and a listener for every command; later, calls that get no answer in their time tell the same.
 */
function watchGreeting(client: Redis, timeoutMs: number): void {
  let timer: NodeJS.Timeout | undefined;
  client.on("connect", () => {
    timer = setTimeout(() => client.disconnect(true), timeoutMs + 100);
  });
  client.on("ready", () => clearTimeout(timer));
  client.on("close", () => clearTimeout(timer));
}

/** Who is not let in knocks rarely. */
const REFUSED_DELAY_MS = 2000;

/** Quick enough to be there 250 ms after the server, and spread so that many clients do not come at once. */
function reconnectDelay(times: number): number {
  return times === 1 ? 20 + Math.random() * 30 : 150 + Math.random() * 50;
}
