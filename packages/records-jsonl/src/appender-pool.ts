import { createLineAppender, type Durability, type LineAppender } from "@mem/append-log";
import { Slots } from "./slots.ts";

interface PooledAppender {
  readonly path: string;
  readonly appender: LineAppender;
  /** Settles when it may be used. */
  ready: Promise<void>;
  readonly gone: PromiseWithResolvers<void>;
  users: number;
  retired: boolean;
}

/** Appenders by path, no more of them open than allowed; the one that was not used for longest gives way. */
export class AppenderPool {
  readonly #durability: Durability;
  readonly #slots: Slots;
  /** Those that calls are given, whether they are open or wait for a slot. */
  readonly #pooled = new Map<string, PooledAppender>();
  /** Those of them that have a slot, the least recently used first. */
  readonly #open = new Set<PooledAppender>();
  /** Taken out of the pool; closed when their last users leave. */
  readonly #retired = new Map<string, PooledAppender>();
  readonly #failures: unknown[] = [];

  constructor(durability: Durability, maxOpenFiles: number) {
    this.#durability = durability;
    this.#slots = new Slots(maxOpenFiles);
  }

  /** Runs `task` with the appender of `path`; calls for one path get it in their order. */
  async use<T>(path: string, task: (appender: LineAppender) => Promise<T>): Promise<T> {
    const pooled = this.#pooled.get(path) ?? this.#create(path);
    pooled.users += 1;
    if (this.#open.delete(pooled)) this.#open.add(pooled);
    try {
      await pooled.ready;
      return await task(pooled.appender);
    } finally {
      pooled.users -= 1;
      if (!pooled.retired) this.#makeRoom();
      else if (pooled.users === 0) void this.#close(pooled);
    }
  }

  /** Closes what is open. To be called when no task runs and none will begin. */
  async close(): Promise<void> {
    for (const pooled of this.#pooled.values()) this.#retire(pooled);
    await Promise.all([...this.#retired.values()].map(({ gone }) => gone.promise));
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  #create(path: string): PooledAppender {
    const pooled: PooledAppender = {
      path,
      // What waits is bounded for all files together, before it comes here.
      appender: createLineAppender({
        path,
        durability: this.#durability,
        maxQueuedBytes: Infinity,
      }),
      ready: Promise.resolve(),
      gone: Promise.withResolvers<void>(),
      users: 0,
      retired: false,
    };
    pooled.ready = this.#takeSlot(pooled);
    this.#pooled.set(path, pooled);
    this.#makeRoom();
    return pooled;
  }

  async #takeSlot(pooled: PooledAppender): Promise<void> {
    await this.#slots.acquire();
    // What a predecessor of the same path still writes comes first.
    await this.#retired.get(pooled.path)?.gone.promise;
    this.#open.add(pooled);
  }

  /** One appender gives way for each that waits: an idle one, or else one that will be closed once it is idle. */
  #makeRoom(): void {
    const { waiting } = this.#slots;
    if (waiting === 0) return;
    const open = [...this.#open];
    const closing = [...this.#retired.values()].filter(isIdle).length;
    const idle = open.filter(isIdle).slice(0, Math.max(0, waiting - closing));
    for (const pooled of idle) this.#retire(pooled);
    const missing = Math.max(0, waiting - this.#retired.size);
    for (const pooled of open.filter(({ retired }) => !retired).slice(0, missing)) {
      this.#retire(pooled);
    }
  }

  #retire(pooled: PooledAppender): void {
    this.#pooled.delete(pooled.path);
    this.#open.delete(pooled);
    this.#retired.set(pooled.path, pooled);
    pooled.retired = true;
    if (pooled.users === 0) void this.#close(pooled);
  }

  async #close(pooled: PooledAppender): Promise<void> {
    try {
      await pooled.appender.close();
    } catch (error) {
      this.#failures.push(error);
    }
    this.#retired.delete(pooled.path);
    this.#slots.release();
    pooled.gone.resolve();
  }
}

function isIdle({ users }: PooledAppender): boolean {
  return users === 0;
}
