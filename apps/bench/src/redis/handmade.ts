import { TTL_MS } from "../plan.ts";
import type { Client } from "./client.ts";
import type { Ioredis } from "./ioredis.ts";

const INDEX = "handmade:index";
const PREFIX = "handmade:";

const CLEAR = `
local removed = 0
while true do
  local keys = redis.call("ZRANGE", KEYS[1], 0, 499)
  if #keys == 0 then return removed end
  redis.call("ZREM", KEYS[1], unpack(keys))
  removed = removed + redis.call("UNLINK", unpack(keys))
end`;

/** What one would write by hand: values by key, an index by expiry, a script that clears both. */
export async function handmade(client: Ioredis): Promise<Client> {
  const clear = String(await client.script("LOAD", CLEAR));
  return {
    save: async (key, value) => {
      const name = PREFIX + key;
      await Promise.all([
        client.set(name, JSON.stringify(value), "PX", TTL_MS),
        client.zadd(INDEX, Date.now() + TTL_MS, name),
      ]);
    },
    get: async (key) => {
      const text = await client.get(PREFIX + key);
      return text === null ? undefined : JSON.parse(text);
    },
    count: () => client.zcount(INDEX, Date.now(), "+inf"),
    clear: () => client.evalsha(clear, 1, INDEX),
  };
}
