import { appendFile, mkdir } from "node:fs/promises";
import { join as joinPath } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { loadIoredis } from "../../redis/ioredis.ts";
import type { Found, Journal, Read } from "./journal.ts";
import {
  CALL_MS,
  TIMEOUT_MS,
  type LabClaim,
  type LabMemory,
  type LabSession,
  type LabSessions,
  type Place,
} from "./lab-sessions.ts";

/** The part of ioredis that is used. */
interface RawRedis {
  get(key: string): Promise<string | null>;
  set(key: string, value: string, ...args: readonly (string | number)[]): Promise<string | null>;
  incr(key: string): Promise<number>;
  rpush(key: string, value: string): Promise<number>;
  lrange(key: string, from: number, to: number): Promise<string[]>;
  hset(key: string, field: string, value: string): Promise<number>;
  hdel(key: string, field: string): Promise<number>;
  hgetall(key: string): Promise<Record<string, string>>;
  del(...keys: readonly string[]): Promise<number>;
  pexpire(key: string, ms: number): Promise<number>;
  on(event: "error", listener: () => void): void;
  disconnect(): void;
}

/** Sessions as most people write them by hand: keys named after the session, each with an expiry. */
export async function openRawSessions(
  { url, records }: LabMemory,
  journal: Journal,
): Promise<LabSessions> {
  const { Redis } = (await loadIoredis()) as unknown as {
    Redis: new (url: string, options: object) => RawRedis;
  };
  const redis = new Redis(url ?? "", { commandTimeout: CALL_MS });
  redis.on("error", () => undefined);
  await mkdir(records, { recursive: true });
  return {
    async join(workflowId, { join }) {
      const fresh = crypto.randomUUID();
      const key = `session:${workflowId}`;
      const created = (await redis.set(key, fresh, "PX", TIMEOUT_MS, "NX")) !== null;
      if (!created && join === "never") throw new Error("the session exists");
      const epoch = created ? fresh : await redis.get(key);
      if (epoch === null) throw new Error("the session is gone");
      return new RawSession(redis, journal, { workflowId, epoch, created, records });
    },
    stats: () => Promise.resolve({ entries: 0, sessions: 0 }),
    async close() {
      redis.disconnect();
      await delay(0);
    },
  };
}

interface RawState {
  readonly workflowId: string;
  readonly epoch: string;
  readonly created: boolean;
  readonly records: string;
}

class RawSession implements LabSession {
  readonly workflowId: string;
  readonly epoch: string;
  readonly created: boolean;
  readonly #redis: RawRedis;
  readonly #journal: Journal;
  readonly #records: string;
  readonly #messages: string;
  readonly #entries: string;

  constructor(redis: RawRedis, journal: Journal, state: RawState) {
    const { workflowId, epoch, created, records } = state;
    this.workflowId = workflowId;
    this.epoch = epoch;
    this.created = created;
    this.#redis = redis;
    this.#journal = journal;
    this.#records = records;
    this.#messages = `messages:${workflowId}`;
    this.#entries = `entries:${workflowId}`;
  }

  async say(message: string, text: string): Promise<number> {
    const position = await this.#redis.rpush(this.#messages, JSON.stringify([message, text]));
    await this.#slide();
    return position;
  }

  edit(): Promise<unknown> {
    return Promise.reject(new Error("a list has no edits"));
  }

  remove(): Promise<unknown> {
    return this.edit();
  }

  async history(limit = 0): Promise<readonly Read[]> {
    const lines = await this.#redis.lrange(this.#messages, -limit, -1);
    await this.#slide();
    return lines.map((line, i) => {
      const [message, text] = JSON.parse(line) as [string, string];
      return [i + 1, message, text];
    });
  }

  async save(place: Place, key: string, value: string): Promise<unknown> {
    await this.#redis.hset(this.#entries, `${place} ${key}`, value);
    return this.#slide();
  }

  async drop(place: Place, key: string): Promise<unknown> {
    await this.#redis.hdel(this.#entries, `${place} ${key}`);
    return this.#slide();
  }

  async entries(): Promise<readonly Found[]> {
    const all = await this.#redis.hgetall(this.#entries);
    return Object.entries(all).map(([name, value]) => {
      const [place = "", key = ""] = name.split(" ");
      return [place, key, value];
    });
  }

  /** Keys notify nobody of their changes. */
  async *watch(): AsyncIterable<string | null> {
    yield await Promise.resolve(null);
  }

  async claim(step: string, ttlMs: number): Promise<LabClaim | undefined> {
    const token = await this.#redis.incr(`tokens:${this.workflowId}`);
    const key = `claim:${this.workflowId}:${step}`;
    if ((await this.#redis.set(key, String(token), "PX", ttlMs, "NX")) === null) return undefined;
    return {
      token,
      renew: () => this.#redis.pexpire(key, ttlMs),
      finish: () => this.#redis.set(key, "done"),
      free: () => this.#redis.del(key),
      say: (message, text) => this.say(message, text),
      save: (place, name, value) => this.save(place, name, value),
    };
  }

  record(): Promise<unknown> {
    return this.summary();
  }

  async summary(): Promise<unknown> {
    const epoch = await this.#redis.get(`session:${this.workflowId}`);
    await this.#slide();
    return epoch;
  }

  async end(): Promise<unknown> {
    const epoch = await this.#redis.get(`session:${this.workflowId}`);
    if (epoch === null) return undefined;
    const clean = async (): Promise<void> => {
      await this.#redis.del(`session:${this.workflowId}`, this.#messages, this.#entries);
      const record = { workflowId: this.workflowId, status: "success", runId: epoch };
      await appendFile(joinPath(this.#records, "raw.jsonl"), `${JSON.stringify(record)}\n`);
    };
    return this.#journal.tell({ kind: "clean", by: "end" }, epoch, clean, () => ({
      over: [epoch],
    }));
  }

  leave(): Promise<unknown> {
    return this.created ? this.end() : Promise.resolve();
  }

  async #slide(): Promise<void> {
    const keys = [`session:${this.workflowId}`, this.#messages, this.#entries];
    await Promise.all(keys.map((key) => this.#redis.pexpire(key, TIMEOUT_MS)));
  }
}
