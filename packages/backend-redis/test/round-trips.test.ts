import { createRedisBackend } from "@mem/backend-redis";
import type { CallOptions, ShortTermBackend } from "@mem/core";
import { startRedis } from "@mem/redis-server";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LAUNCH, until, WRITER, write } from "./samples.ts";

const server = await startRedis();
const backend = createRedisBackend({ url: server.url });
const MEMBER = { ...LAUNCH, agentId: "writer" };

/** The commands of clients, and those of scripts, since the last reset. */
const sent: string[] = [];
const inScripts: string[] = [];
let monitor: Redis;

beforeAll(async () => {
  monitor = await new Redis(server.url).monitor();
  monitor.on("monitor", (_time: string, [name = "", key = ""]: string[], source: string) => {
    const command = name.toLowerCase();
    if (source === "lua") inScripts.push(command);
    else if (key !== "the end") sent.push(command);
    else ended = true;
  });
});
let ended = false;

afterAll(async () => {
  monitor.disconnect();
  await backend.close();
  await server.stop();
});

/** The commands that a call sends. */
async function commandsOf(call: () => Promise<unknown>): Promise<string[]> {
  await settled();
  sent.length = 0;
  await call();
  await settled();
  return [...sent];
}

/** Waits until the monitor has reported everything so far. */
async function settled(): Promise<void> {
  ended = false;
  await server.command("EXISTS", "the end");
  await until(async () => ended, "the monitor keeps up");
}

interface Case {
  readonly method: string;
  readonly run: (store: ShortTermBackend, options: CallOptions) => Promise<unknown>;
}

const BOUNDS = { maxItems: 5, ttlMs: 60_000 } as const;
const ENTRY_CALLS: readonly (Case & { readonly command?: string })[] = [
  { method: "get of one", run: (store) => store.get(WRITER, ["a"]), command: "get" },
  { method: "get of many", run: (store) => store.get(WRITER, ["a", "b", "c"]) },
  { method: "save", run: (store) => store.save(WRITER, [write("a")]) },
  { method: "save of many", run: (store) => store.save(WRITER, [write("a"), write("b")]) },
  {
    method: "increment",
    run: (store) => store.increment(WRITER, { key: "n", by: 1, ttlMs: null }),
  },
  { method: "delete", run: (store) => store.delete(WRITER, [{ key: "b" }]) },
  { method: "list", run: (store) => store.list(WRITER, { limit: 10 }) },
  { method: "count", run: (store) => store.count(WRITER) },
  {
    method: "append",
    run: (store) => store.append(WRITER, "log", [{ id: "a", value: 1 }], BOUNDS),
  },
  { method: "read", run: (store) => store.read(WRITER, "log", { limit: 10 }) },
  { method: "clear", run: (store) => store.clear(WRITER) },
];

const SESSION_CALLS: readonly Case[] = [
  { method: "save", run: (store, tied) => store.save(MEMBER, [write("a")], tied) },
  {
    method: "increment",
    run: (store, tied) => store.increment(MEMBER, { key: "n", by: 1, ttlMs: "session" }, tied),
  },
  { method: "get", run: (store, tied) => store.get(MEMBER, ["a"], tied) },
  { method: "list", run: (store, tied) => store.list(MEMBER, { limit: 10 }, tied) },
  { method: "count", run: (store, tied) => store.count(MEMBER, tied) },
  {
    method: "append",
    run: (store, tied) => store.append(LAUNCH, "log", [{ id: "a", value: 1 }], BOUNDS, tied),
  },
  { method: "read", run: (store, tied) => store.read(LAUNCH, "log", { limit: 10 }, tied) },
  { method: "find", run: (store, tied) => store.find(LAUNCH, "log", ["a", "b"], tied) },
  { method: "edit", run: (store, tied) => store.edit(LAUNCH, "log", { id: "a", value: 2 }, tied) },
  {
    method: "claim",
    run: (store, tied) => store.claim(LAUNCH, { step: "a", ttlMs: 9000, opId: "claim" }, tied),
  },
  {
    method: "changeClaim",
    run: (store, tied) => store.changeClaim(LAUNCH, { step: "a", token: 1, to: "done" }, tied),
  },
  { method: "workflowSize", run: (store, tied) => store.workflowSize(LAUNCH, tied) },
  { method: "getWorkflow", run: (store, tied) => store.getWorkflow(LAUNCH, tied) },
  { method: "delete", run: (store, tied) => store.delete(MEMBER, [{ key: "a" }], tied) },
  { method: "clear", run: (store, tied) => store.clear(MEMBER, tied) },
];

describe("once a script is known to the server, one command is sent", () => {
  it.each(ENTRY_CALLS)("for $method of an agent", async ({ run, command = "evalsha" }) => {
    await run(backend, {});
    await backend.save(WRITER, [write("a"), write("b")]);
    expect(await commandsOf(() => run(backend, {}))).toEqual([command]);
  });

  it("for each call of a session, from its start to its end", async () => {
    const start = { timeoutMs: 60_000, metadata: {}, join: "never" } as const;
    const life = async (opId: string): Promise<string[][]> => {
      const commands: string[][] = [];
      let epoch = "";
      commands.push(
        await commandsOf(async () => {
          ({ epoch } = await backend.startWorkflow(LAUNCH, { ...start, opId }));
        }),
      );
      const session = { epoch, agentId: "writer", activity: "operation" } as const;
      for (const { run } of SESSION_CALLS) {
        commands.push(await commandsOf(() => run(backend, { session })));
      }
      commands.push(await commandsOf(() => backend.endWorkflow(LAUNCH, { epoch })));
      return commands;
    };
    await life("first");
    const commands = await life("second");
    expect(commands).toEqual(commands.map(() => ["evalsha"]));
  });

  it("for each place of a tenant, when its totals are asked for", async () => {
    await backend.save(WRITER, [write("a")]);
    await backend.save({ tenantId: "acme", agentId: "editor" }, [write("a")]);
    await backend.stats("acme");
    expect(await commandsOf(() => backend.stats("acme"))).toEqual([
      "evalsha",
      "evalsha",
      "evalsha",
    ]);
  });

  it("and one more for each workflow that is due, when it is asked what has expired", async () => {
    for (const workflowId of ["b", "c"]) {
      const start = { timeoutMs: 1, metadata: {}, join: "never", opId: "start" } as const;
      await backend.startWorkflow({ tenantId: "expiring", workflowId }, start);
    }
    await backend.takeExpired("acme");
    expect(await commandsOf(() => backend.takeExpired("expiring"))).toHaveLength(3);
    expect(await commandsOf(() => backend.takeExpired("expiring"))).toEqual(["evalsha"]);
  });

  it("and nothing ever walks through the key space", () => {
    expect(inScripts.length).toBeGreaterThan(100);
    expect([...sent, ...inScripts].filter((name) => /scan|^keys|flush|random/.test(name))).toEqual(
      [],
    );
  });
});
