import type { Cluster, Redis } from "ioredis";

export interface Subscription {
  /** Called when a message was published on a channel. */
  heard(channel: string, message: string): void;
  /** Called when the connection was lost; messages published since are missed. */
  interrupted(): void;
}

/**
 * The connection on which the server announces changes: one of its own, with the client's settings, and never the
 * client's. It does not reconnect by itself: in a Cluster, another node may be the better one by then.
 */
export class Subscriber {
  readonly #client: Redis | Cluster;
  readonly #subscription: Subscription;
  #connection: Redis | undefined;
  #opening: Promise<Redis> | undefined;

  constructor(client: Redis | Cluster, subscription: Subscription) {
    this.#client = client;
    this.#subscription = subscription;
  }

  /** Resolves when messages published from then on are heard. Subscribing again does nothing. */
  async subscribe(channels: readonly string[]): Promise<void> {
    const opening = (this.#opening ??= this.#open());
    try {
      const connection = await opening;
      await connection.subscribe(...channels);
    } catch (error) {
      // The next attempt opens a new connection.
      if (this.#opening === opening) this.end();
      throw error;
    }
  }

  unsubscribe(channel: string): void {
    // If the connection is gone, so is the subscription.
    this.#connection?.unsubscribe(channel).catch(() => undefined);
  }

  end(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#opening = undefined;
    connection?.disconnect();
  }

  async #open(): Promise<Redis> {
    const connection = like(this.#client);
    this.#connection = connection;
    connection.on("message", (channel: string, message: string) => {
      this.#subscription.heard(channel, message);
    });
    // Failures and the end of the connection are reported by other means.
    connection.on("error", () => undefined);
    connection.once("end", () => {
      if (this.#connection !== connection) return;
      this.end();
      this.#subscription.interrupted();
    });
    await connection.connect();
    return connection;
  }
}

function like(client: Redis | Cluster): Redis {
  const nodes = "nodes" in client ? client.nodes("master") : [client];
  const node = nodes[Math.floor(Math.random() * nodes.length)];
  if (node === undefined) throw new Error("no node of the Cluster is known");
  return node.duplicate({
    lazyConnect: true,
    enableOfflineQueue: true,
    autoResubscribe: false,
    retryStrategy: () => null,
  });
}
