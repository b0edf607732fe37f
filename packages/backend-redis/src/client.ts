import { Cluster, Redis, type ClusterNode, type ClusterOptions, type RedisOptions } from "ioredis";
import { isRefusal } from "./redis-errors.ts";

/** Where Redis is: a URL, ioredis options, the nodes of a Cluster, or your own client. */
export type RedisTarget =
  | {
      /** A `redis://` or `rediss://` URL, with user, password and database if needed. */
      readonly url: string;
      readonly redis?: RedisOptions;
      readonly cluster?: never;
      readonly client?: never;
    }
  | {
      /** ioredis options: `host`, `port`, the `path` of a socket, `tls`, `sentinels`, … */
      readonly redis: RedisOptions;
      readonly url?: never;
      readonly cluster?: never;
      readonly client?: never;
    }
  | {
      /** Some nodes of the Cluster; the others are discovered through them. */
      readonly cluster: readonly ClusterNode[];
      /** ioredis options for every node: `password`, `tls`, … */
      readonly redis?: NonNullable<ClusterOptions["redisOptions"]>;
      readonly url?: never;
      readonly client?: never;
    }
  | {
      /** Your own ioredis client; the backend never closes it. */
      readonly client: Redis | Cluster;
      readonly url?: never;
      readonly redis?: never;
      readonly cluster?: never;
    };

/** A client, and whether the backend has to close it. */
export interface RedisClient {
  readonly client: Redis | Cluster;
  readonly isOwned: boolean;
}

/** Whether a client sends reads to replicas, which may not have the latest write yet. */
export function readsReplicas({ options }: Redis | Cluster): boolean {
  return "scaleReads" in options && options.scaleReads !== "master";
}

/** Makes a client that connects on first use; returns a given one as it is. */
export function makeClient(target: RedisTarget, timeoutMs: number): RedisClient {
  if (target.client !== undefined) return { client: target.client, isOwned: false };
  if (target.cluster !== undefined) {
    const client = new Cluster([...target.cluster], {
      lazyConnect: true,
      // Each command is sent once; `Connection` retries what could not be written.
      retryDelayOnFailover: 0,
      clusterRetryStrategy: reconnectDelay,
      // A node that is silent for longer than a call may take is replaced by a new connection.
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
    // After a Sentinel failover, reconnecting finds the new primary.
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

/** Truthful outcomes and replies depend on these settings, so no option overrides them. */
const SENT_ONCE = {
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: null,
  replyMapping: "legacy",
  stringNumbers: false,
} as const satisfies RedisOptions;

function patience(timeoutMs: number) {
  return {
    // RESP2 replies are parsed faster, and nothing here needs RESP3.
    protocol: 2,
    connectTimeout: timeoutMs,
    disconnectTimeout: 100,
    maxLoadingRetryTime: 100,
  } satisfies RedisOptions;
}

/**
 * Reconnects if a server accepts the connection and then says nothing. `socketTimeout` would do so too, but with a
 * timer and a listener for every command; once the client is ready, calls that time out reveal a silent server.
 */
function watchGreeting(client: Redis, timeoutMs: number): void {
  let timer: NodeJS.Timeout | undefined;
  client.on("connect", () => {
    timer = setTimeout(() => client.disconnect(true), timeoutMs + 100);
  });
  client.on("ready", () => clearTimeout(timer));
  client.on("close", () => clearTimeout(timer));
}

/** After a refusal of access, reconnect only rarely. */
const REFUSED_DELAY_MS = 2000;

/**
 * Short enough to reconnect within 250 ms of the server's return, and random so that many clients do not come at once.
 */
function reconnectDelay(times: number): number {
  return times === 1 ? 20 + Math.random() * 30 : 150 + Math.random() * 50;
}
