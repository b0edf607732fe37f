import { createRedisBackend } from "@mem/backend-redis";
import { MemoryManager } from "@mem/core";
import { createSession } from "@mem/session";
import { keyOf } from "../plan.ts";
import { loadIoredis } from "../redis/ioredis.ts";
import { TIMEOUT_S } from "./bare-list.ts";
import { messageAt } from "./messages.ts";

export const OURS = "mem";
export const HANDMADE = "Lua by hand";
export const UNLINK = "UNLINK of a hash and a list";

/** Something that has keys and messages, and can be ended. */
export interface Ending {
  /** Begins, and saves this many of each. */
  begin(size: number): Promise<void>;
  /** Ends it; then all of it is gone. */
  end(): Promise<void>;
  /** How much is left of it. */
  left(): Promise<number>;
}

export const ENDINGS: Readonly<Record<string, (url: string) => Promise<Ending>>> = {
  [OURS]: async (url) => {
    const workflowId = "ending";
    const memory = new MemoryManager({
      shortTerm: createRedisBackend({ url }),
      maxConversationHistory: 1_000_000,
    });
    const open = () => createSession({ memory, workflowId });
    let session: Awaited<ReturnType<typeof open>>;
    return {
      begin: async (size) => {
        session = await open();
        await inParallel(size, async (i) => {
          await session.team.save(keyOf(i), messageAt(i));
          await session.addConversationMessage(messageAt(i));
        });
      },
      end: async () => void (await session.endSession()),
      left: async () => {
        const messages = await memory.getConversationHistory(workflowId, { limit: 1 });
        const { activeSessions, shortTermEntries } = await memory.getStats();
        return messages.length + activeSessions + shortTermEntries;
      },
    };
  },
  [HANDMADE]: async (url) => handmade(await connect(url)),
  [UNLINK]: async (url) => twoKeys(await connect(url)),
};

const AT_ONCE = 100;

async function inParallel(count: number, work: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const drain = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, drain));
}

/** The part of ioredis that is used. */
interface Client {
  set(key: string, value: string, unit: "EX", seconds: number): Promise<unknown>;
  hset(key: string, field: string, value: string): Promise<unknown>;
  rpush(key: string, value: string): Promise<unknown>;
  expire(key: string, seconds: number): Promise<unknown>;
  zadd(key: string, score: number, member: string): Promise<unknown>;
  script(subcommand: "LOAD", source: string): Promise<unknown>;
  evalsha(sha: string, keys: number, ...args: string[]): Promise<unknown>;
  unlink(...keys: string[]): Promise<unknown>;
  exists(...keys: string[]): Promise<number>;
}

async function connect(url: string): Promise<Client> {
  const { Redis } = await loadIoredis();
  const client: unknown = new Redis(url);
  return client as Client;
}

const CLEAR = `
local removed = redis.call("LLEN", KEYS[2])
redis.call("UNLINK", KEYS[2])
while true do
  local keys = redis.call("ZRANGE", KEYS[1], 0, 499)
  if #keys == 0 then return removed end
  redis.call("ZREM", KEYS[1], unpack(keys))
  removed = removed + redis.call("UNLINK", unpack(keys))
end`;

/** What one would write by hand: a key per value, an index by expiry, a list of messages, a script that clears them. */
async function handmade(client: Client): Promise<Ending> {
  const [index, list] = ["handmade:index", "handmade:messages"];
  const clear = String(await client.script("LOAD", CLEAR));
  return {
    begin: async (size) => {
      await inParallel(size, async (i) => {
        const key = `handmade:${keyOf(i)}`;
        const text = JSON.stringify(messageAt(i));
        await Promise.all([
          client.set(key, text, "EX", TIMEOUT_S),
          client.zadd(index, Date.now() + TIMEOUT_S * 1000, key),
          client.rpush(list, text),
        ]);
      });
      await client.expire(list, TIMEOUT_S);
    },
    end: async () => void (await client.evalsha(clear, 2, index, list)),
    left: () => client.exists(index, list),
  };
}

/** The least work there is, if no value has its own expiry and nobody counts what is removed. */
async function twoKeys(client: Client): Promise<Ending> {
  const keys = ["bare:values", "bare:messages"] as const;
  return {
    begin: async (size) => {
      await inParallel(size, async (i) => {
        const text = JSON.stringify(messageAt(i));
        await Promise.all([client.hset(keys[0], keyOf(i), text), client.rpush(keys[1], text)]);
      });
      for (const key of keys) await client.expire(key, TIMEOUT_S);
    },
    end: async () => void (await client.unlink(...keys)),
    left: () => client.exists(...keys),
  };
}
