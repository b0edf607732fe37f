import { createRedisBackend } from "@mem/backend-redis";
import type { Increment, Incremented, Scope } from "@mem/core";
import { startRedis } from "@mem/redis-server";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { LAUNCH, rejection, WRITER, write } from "./samples.ts";

const server = await startRedis();
const backend = createRedisBackend({ url: server.url });
const KEY = "mem:{acme::writer}:";
const START = { timeoutMs: 60_000, metadata: {}, join: "never" } as const;

beforeEach(async () => {
  await server.command("FLUSHALL");
  // So that the server knows the scripts, and its clock is known.
  await backend.save(WRITER, [write("warm")]);
  await Promise.all([backend.get(WRITER, ["warm"]), backend.get(WRITER, ["missing"])]);
});
afterAll(async () => {
  await backend.close();
  await server.stop();
});

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `k${i}`);

/** How often clients sent each command during `work`. */
async function commandsOf(work: () => Promise<unknown>): Promise<Record<string, number>> {
  await server.command("CONFIG", "RESETSTAT");
  await work();
  const info = String(await server.command("INFO", "commandstats"));
  const counts = [...info.matchAll(/cmdstat_(evalsha|eval|get|mget):calls=(\d+)/g)];
  return Object.fromEntries(counts.map(([, name = "", calls]) => [name, Number(calls)]));
}

function add(key: string, more: Partial<Increment> = {}): Promise<Incremented> {
  return backend.increment(WRITER, { key, by: 1, ttlMs: 60_000, ...more });
}

function addOnce(key: string, by = 1): Promise<Incremented> {
  return add(key, { by, opId: `${key} ${by}` });
}

async function read(scope: Scope, keys: readonly string[]): Promise<unknown[]> {
  return (await backend.get(scope, keys)).map((entry) => entry?.value);
}

describe("calls made in the same tick", () => {
  it("travel together: saves in one script, gets in one command", async () => {
    const keys = names(100);
    const saving = () => Promise.all(keys.map((key) => backend.save(WRITER, [write(key)])));
    // In the script, one MGET reads all of them; each that is missing is read once more.
    expect(await commandsOf(saving)).toEqual({ evalsha: 1, mget: 1, get: 101 });
    expect(await commandsOf(saving)).toEqual({ evalsha: 1, mget: 1, get: 1 });
    const reading = () => Promise.all(keys.map((key) => backend.get(WRITER, [key])));
    expect(await commandsOf(reading)).toEqual({ mget: 1 });
  });

  it("increments in one script and deletes in one, also where they meet at a key", async () => {
    const keys = ["n", "m", "n", "n", "m"];
    const sums: number[] = [];
    const adding = async () => {
      for (const { value } of await Promise.all(keys.map((key) => add(key)))) sums.push(value);
    };
    expect((await commandsOf(adding))["eval"]).toBe(1);
    expect((await commandsOf(adding))["evalsha"]).toBe(1);
    expect(sums).toEqual([1, 1, 2, 3, 2, 4, 3, 5, 6, 4]);
    const deleted: boolean[] = [];
    const deleting = async () => {
      const calls = keys.map((key) => backend.delete(WRITER, [{ key }]));
      deleted.push(...(await Promise.all(calls)).flat());
    };
    const { eval: first = 0, evalsha: known = 0 } = await commandsOf(deleting);
    expect(first + known).toBe(1);
    expect(deleted).toEqual([true, true, false, false, false]);
  });

  it("but a lone get needs no more than a GET", async () => {
    expect(await commandsOf(() => backend.get(WRITER, ["warm"]))).toEqual({ get: 1 });
  });

  it("and at most 256 of them at once", async () => {
    const saving = () => Promise.all(names(600).map((key) => backend.save(WRITER, [write(key)])));
    await saving();
    expect((await commandsOf(saving))["evalsha"]).toBe(3);
    expect(await backend.count(WRITER)).toBe(601);
  });

  it("nor more than fits: a quarter of a million characters", async () => {
    const value = "x".repeat(100_000);
    const saving = () =>
      Promise.all(names(9).map((key) => backend.save(WRITER, [write(key, { value })])));
    expect((await commandsOf(saving))["evalsha"]).toBe(5);
  });

  it("are told apart by their places", async () => {
    const agents = ["a", "b", "a"].map((agentId) => ({ tenantId: "acme", agentId }));
    const saving = () =>
      Promise.all(agents.map((scope, i) => backend.save(scope, [write(`k${i}`, { value: i })])));
    expect((await commandsOf(saving))["evalsha"]).toBe(2);
    expect(await read(agents[0]!, ["k0", "k1", "k2"])).toEqual([0, undefined, 2]);
  });

  it("are each answered for themselves", async () => {
    const [kept] = await backend.save(WRITER, [write("kept", { opId: "op" })]);
    const answers = await Promise.all([
      backend.save(WRITER, [write("kept", { ifAbsent: true })]),
      backend.save(WRITER, [write("new", { ifAbsent: true })]),
      backend.save(WRITER, [write("kept", { ifVersion: "another" })]),
      backend.save(WRITER, [write("kept", { opId: "op" })]),
      backend.save(WRITER, [write("gone", { ifVersion: "any" }), write("last")]),
    ]);
    expect(answers).toEqual([
      [{ stored: false, version: kept?.version }],
      [{ stored: true, version: expect.any(String) }],
      [{ stored: false, version: kept?.version }],
      [{ stored: true, version: kept?.version }],
      [{ stored: false }, { stored: true, version: expect.any(String) }],
    ]);
    expect(await read(WRITER, ["kept", "new", "gone", "last"])).toEqual([
      "value of kept",
      "value of new",
      undefined,
      "value of last",
    ]);
  });

  it("count one by one against maxPending", async () => {
    const bounded = createRedisBackend({ url: server.url, maxPending: 10 });
    const calls = names(11).map((key) => bounded.get(WRITER, [key]));
    expect(await rejection(calls[10]!)).toMatchObject({ code: "MEM_CAPACITY" });
    expect(await Promise.all(calls.slice(0, 10))).toHaveLength(10);
    await bounded.close();
  });
});

describe("what is wrong with one call of several", () => {
  it.each([
    [
      "of another type",
      () => server.command("LPUSH", `${KEY}e:bad`, "a stranger's"),
      "MEM_CORRUPT",
    ],
    ["no entry", () => server.command("SET", `${KEY}e:bad`, '{"a":1}'), "MEM_CORRUPT"],
    ["of a newer format", () => server.command("SET", `${KEY}e:bad`, "[2,1]"), "MEM_FORMAT"],
  ] as const)("(%s) is no failure of the others", async (_, spoil, code) => {
    await spoil();
    const keys = ["a", "bad", "b", "missing"];
    const saves = keys.slice(0, 3).map((key) => backend.save(WRITER, [write(key)]));
    const saved = await Promise.allSettled(saves);
    expect(saved.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(saved[1]).toMatchObject({ reason: { code, outcome: "not-applied" } });
    const got = await Promise.allSettled(keys.map((key) => read(WRITER, [key])));
    expect(got).toMatchObject([
      { value: ["value of a"] },
      { reason: { code, outcome: "not-applied" } },
      { value: ["value of b"] },
      { value: [undefined] },
    ]);
  });

  it("is no failure of the others where it needs a session that there is none of", async () => {
    const [first, second] = await Promise.allSettled([
      backend.save(LAUNCH, [write("a", { ttlMs: "session" })]),
      backend.save(LAUNCH, [write("b")]),
    ]);
    const [bySession, byItself] = await Promise.allSettled([
      backend.increment(LAUNCH, { key: "n", by: 1, ttlMs: "session" }),
      backend.increment(LAUNCH, { key: "m", by: 1, ttlMs: 60_000 }),
    ]);
    expect(bySession).toMatchObject({ reason: { code: "MEM_SESSION_ENDED" } });
    expect(byItself).toMatchObject({ value: { value: 1 } });
    expect(first).toMatchObject({ reason: { code: "MEM_SESSION_ENDED" } });
    expect(second).toMatchObject({ value: [{ stored: true }] });
  });

  it("is no failure of those that add beside it", async () => {
    await server.command("SET", `${KEY}e:bad`, '{"a":1}');
    await backend.save(WRITER, [write("text"), write("huge", { value: Number.MAX_VALUE })]);
    const added = await Promise.allSettled([
      addOnce("n"),
      addOnce("text"),
      addOnce("bad"),
      addOnce("n", 2),
      addOnce("huge", Number.MAX_VALUE),
      addOnce("n", 2),
    ]);
    expect(added).toMatchObject([
      { value: { value: 1, version: expect.any(String) } },
      { reason: { code: "MEM_INVALID_ARGUMENT", path: "key", outcome: "not-applied" } },
      { reason: { code: "MEM_CORRUPT", outcome: "not-applied" } },
      { value: { value: 3 } },
      { reason: { code: "MEM_INVALID_ARGUMENT", path: "by", outcome: "not-applied" } },
      { value: { value: 3 } },
    ]);
    expect(await read(WRITER, ["n", "text"])).toEqual([3, "value of text"]);
  });

  it("does not let an older write of another come after a newer one", async () => {
    await server.command("SET", `${KEY}e:bad`, "a stranger's");
    // Too much for one batch: the last write could go into either of two.
    const sizes = { pad: 60_000, big: 220_000 };
    const bad = backend.save(WRITER, [write("bad")]);
    const others = [
      backend.save(WRITER, [write("k", { value: "older" })]),
      backend.save(WRITER, [write("pad", { value: "x".repeat(sizes.pad) })]),
      backend.save(WRITER, [write("big", { value: "x".repeat(sizes.big) })]),
      backend.save(WRITER, [write("k", { value: "newer" })]),
    ];
    expect((await rejection(bad)).code).toBe("MEM_CORRUPT");
    await Promise.all(others);
    expect(await read(WRITER, ["k"])).toEqual(["newer"]);
  });

  it("takes back all of its own writes and none of the others'", async () => {
    await server.command("LPUSH", `${KEY}e:bad`, "a stranger's");
    const both = backend.save(WRITER, [write("with"), write("bad")]);
    const other = backend.save(WRITER, [write("other")]);
    expect((await rejection(both)).code).toBe("MEM_CORRUPT");
    await other;
    expect(await read(WRITER, ["with", "other"])).toEqual([undefined, "value of other"]);
  });
});

describe("giving up one call of several", () => {
  it("before it is sent leaves it out", async () => {
    const controller = new AbortController();
    const calls = names(3).map((key, i) =>
      backend.save(WRITER, [write(key)], i === 1 ? { signal: controller.signal } : {}),
    );
    controller.abort();
    expect(await rejection(calls[1]!)).toMatchObject({
      code: "MEM_ABORTED",
      outcome: "not-applied",
    });
    await Promise.all([calls[0], calls[2]]);
    expect(await read(WRITER, names(3))).toEqual(["value of k0", undefined, "value of k2"]);
  });

  it("in flight leaves its outcome unknown and the others alone", async () => {
    const controller = new AbortController();
    server.pause();
    const calls = names(3).map((key, i) =>
      backend.save(WRITER, [write(key)], i === 1 ? { signal: controller.signal } : {}),
    );
    setImmediate(() => controller.abort());
    expect(await rejection(calls[1]!)).toMatchObject({ code: "MEM_ABORTED", outcome: "unknown" });
    server.resume();
    expect((await calls[0])?.[0]?.stored).toBe(true);
    expect((await calls[2])?.[0]?.stored).toBe(true);
  });
});

describe("calls of a session that travel together", () => {
  it("are each counted as activity, but not what had happened before", async () => {
    const { epoch } = await backend.startWorkflow(LAUNCH, { ...START, opId: "start" });
    const options = { session: { epoch, agentId: "writer", activity: "operation" } } as const;
    const saveAll = () =>
      names(5).map((key) => backend.save(LAUNCH, [write(key, { opId: `op ${key}` })], options));
    await Promise.all([
      ...saveAll(),
      ...names(4).map((key) => backend.get(LAUNCH, [key], options)),
    ]);
    const again = [...saveAll(), backend.save(LAUNCH, [write("k0"), write("new")], options)];
    const other = { session: { epoch, agentId: "editor", activity: "error" } } as const;
    await Promise.all([...again, backend.save(LAUNCH, [write("k9")], other)]);
    expect((await backend.getWorkflow(LAUNCH))?.activity).toMatchObject([
      { agentId: "editor", operations: 0, errors: 1 },
      { agentId: "writer", operations: 10, errors: 0 },
    ]);
    const addAs = (opId: string) =>
      backend.increment(LAUNCH, { key: "n", by: 1, ttlMs: "session", opId }, options);
    await Promise.all([addAs("one"), addAs("two"), addAs("two")]);
    await Promise.all(names(3).map((key) => backend.delete(LAUNCH, [{ key }], options)));
    expect((await backend.getWorkflow(LAUNCH))?.activity[1]).toMatchObject({ operations: 15 });
  });

  it("are refused together when it has ended, and others are not", async () => {
    const { epoch } = await backend.startWorkflow(LAUNCH, { ...START, opId: "start" });
    await backend.endWorkflow(LAUNCH, { epoch });
    const options = { session: { epoch } };
    const late = names(3).map((key) => rejection(backend.save(LAUNCH, [write(key)], options)));
    const untied = backend.save(LAUNCH, [write("k9")]);
    for (const error of await Promise.all(late)) expect(error.code).toBe("MEM_SESSION_ENDED");
    expect((await untied)[0]?.stored).toBe(true);
    expect(await read(LAUNCH, [...names(3), "k9"])).toEqual([
      undefined,
      undefined,
      undefined,
      "value of k9",
    ]);
  });
});
