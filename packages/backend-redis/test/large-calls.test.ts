import { createRedisBackend } from "@mem/backend-redis";
import { startRedis } from "@mem/redis-server";
import { afterAll, expect, it } from "vitest";
import { write, WRITER } from "./samples.ts";

const server = await startRedis();
let offsetMs = 0;
const backend = createRedisBackend({
  url: server.url,
  timeoutMs: 20_000,
  timeOffsetMs: () => offsetMs,
});
afterAll(async () => {
  await backend.close();
  await server.stop();
});

/** A Lua function takes fewer arguments than this. */
const MANY = 9000;

const keys = (name: string): string[] => Array.from({ length: MANY }, (_, i) => `${name}${i}`);

it("a call may concern more entries than a function of the server takes arguments", async () => {
  const saved = await backend.save(
    WRITER,
    keys("k").map((key) => write(key)),
  );
  expect(saved.every(({ stored }) => stored)).toBe(true);
  expect((await backend.get(WRITER, keys("k"))).at(-1)?.value).toBe(`value of k${MANY - 1}`);
  const gone = await backend.delete(
    WRITER,
    keys("k").map((key) => ({ key })),
  );
  expect(gone).toEqual(keys("k").map(() => true));
});

it("and may find as many that have expired", async () => {
  await backend.save(WRITER, [write("longer", { ttlMs: 3_600_000 })]);
  await backend.save(
    WRITER,
    keys("old").map((key) => write(key, { ttlMs: 1000 })),
  );
  offsetMs += 2000;
  await backend.save(
    WRITER,
    keys("new").map((key) => write(key)),
  );
  expect(await backend.count(WRITER)).toBe(MANY + 1);
  // The names of the expired entries are gone, too.
  const named = await server.command("ZCARD", "mem:{acme::writer}:n");
  expect(Number(named)).toBe(MANY + 1);
});
