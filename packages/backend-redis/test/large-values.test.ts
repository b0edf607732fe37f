import { gzipSync } from "node:zlib";
import { createRedisBackend, type RedisBackendSettings } from "@mem/backend-redis";
import { parseJson, type JsonObject, type JsonValue, type ShortTermBackend } from "@mem/core";
import { startRedis } from "@mem/redis-server";
import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { LAUNCH, rejection, WRITER, write } from "./samples.ts";

const server = await startRedis();
const opened: ShortTermBackend[] = [];

function open(settings: RedisBackendSettings): ShortTermBackend {
  const backend = createRedisBackend({ url: server.url, ...settings });
  opened.push(backend);
  return backend;
}

const plain = open({});
const packing = open({ compress: { aboveBytes: 1 } });
const BY_SETTING = [
  plain,
  packing,
  open({ compress: true }),
  open({ compress: { aboveBytes: 60 } }),
];
const KEY = "mem:{acme::writer}:";
const BOUNDS = { maxItems: 10, ttlMs: null } as const;
const LONG = "campaign ".repeat(5000);

beforeEach(async () => {
  await server.command("FLUSHALL");
});
afterAll(async () => {
  for (const backend of opened) await backend.close();
  await server.stop();
});

async function storedSize(key: string): Promise<number> {
  return Number(await server.command("STRLEN", `${KEY}e:${key}`));
}

describe("whatever the settings of who writes and who reads", () => {
  const setting = fc.constantFrom(...BY_SETTING);
  const json = fc
    .jsonValue({ noUnicodeString: false })
    .map((value) => parseJson(JSON.stringify(value)) as JsonValue);
  const long = fc
    .tuple(fc.string({ unit: "grapheme" }), fc.nat(3000))
    .map(([text, n]) => text.repeat(n));
  const value = fc.oneof(json, long, fc.array(fc.oneof(json, long)), fc.constant("gzip"));

  it("any value and metadata come back as they were, read alone, together and in a listing", async () => {
    const metadata = fc.dictionary(fc.string(), value).map((object): JsonObject => ({ ...object }));
    const property = fc.asyncProperty(
      setting,
      setting,
      value,
      metadata,
      async (by, to, what, about) => {
        await by.save(WRITER, [write("a", { value: what, metadata: about, subject: "ada" })]);
        await by.save(LAUNCH, [write("a", { value: what, metadata: about })]);
        const expected = { value: what, metadata: about };
        expect(await to.get(WRITER, ["a"])).toMatchObject([{ ...expected, subject: "ada" }]);
        expect(await to.get(LAUNCH, ["a", "b"])).toMatchObject([expected, undefined]);
        const { items } = await to.list(WRITER, { limit: 5 });
        expect(items[0]?.value).toEqual(what);
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });

  it("and so do the items of a log", async () => {
    const property = fc.asyncProperty(
      setting,
      setting,
      fc.uuid(),
      value,
      async (by, to, id, what) => {
        const [appended] = await by.append(WRITER, "chat", [{ id, value: what }], BOUNDS);
        expect(appended?.value).toEqual(what);
        const again = await to.append(WRITER, "chat", [{ id, value: what }], BOUNDS);
        expect(again).toEqual([appended]);
        expect((await to.read(WRITER, "chat", { limit: 1 }))[0]).toEqual(appended);
      },
    );
    await fc.assert(property, { numRuns: 40 });
  });
});

describe("compression", () => {
  it("makes what is stored smaller, and only what is above the threshold", async () => {
    await open({ compress: { aboveBytes: 10_000 } }).save(WRITER, [
      write("long", { value: LONG }),
      write("short", { value: LONG.slice(0, 9000) }),
    ]);
    expect(await storedSize("long")).toBeLessThan(LONG.length / 20);
    expect(await storedSize("short")).toBeGreaterThan(9000);
  });

  it("is not used where it does not help, nor unless asked for", async () => {
    const random = Buffer.from(Array.from({ length: 3000 }, () => Math.random() * 256)).toString(
      "hex",
    );
    await packing.save(WRITER, [write("tiny", { value: 1 }), write("word", { value: "ab" })]);
    await plain.save(WRITER, [write("long", { value: LONG }), write("hex", { value: random })]);
    expect(await storedSize("long")).toBeGreaterThan(LONG.length);
    for (const key of ["tiny", "word"]) {
      expect(String(await server.command("GET", `${KEY}e:${key}`))).not.toContain("gzip");
    }
  });

  it("moves with an entry and a log when a session begins and ends, unseen by the scripts", async () => {
    const start = { timeoutMs: 60_000, metadata: {}, join: "never" } as const;
    await packing.save(LAUNCH, [write("before", { value: LONG })]);
    await packing.append(LAUNCH, "chat", [{ id: "a", value: LONG }], BOUNDS);
    const { epoch } = await plain.startWorkflow(LAUNCH, { ...start, opId: "1" });
    await packing.save(LAUNCH, [write("during", { value: LONG, ttlMs: "session" })]);
    await plain.endWorkflow(LAUNCH, { epoch, keepData: true });
    const { epoch: next } = await plain.startWorkflow(LAUNCH, { ...start, opId: "2" });
    const found = await plain.get(LAUNCH, ["before", "during"]);
    expect(found.map((entry) => entry?.value)).toEqual([LONG, LONG]);
    expect(await plain.read(LAUNCH, "chat", { limit: 1 })).toMatchObject([{ value: LONG }]);
    await plain.endWorkflow(LAUNCH, { epoch: next });
  });

  it("leaves a number where it can be added to, however much metadata is beside it", async () => {
    await packing.save(WRITER, [write("n", { value: 41, metadata: { note: LONG } })]);
    const added = await packing.increment(WRITER, { key: "n", by: 1, ttlMs: null });
    expect(added.value).toBe(42);
    expect(await plain.get(WRITER, ["n"])).toMatchObject([{ value: 42, metadata: { note: LONG } }]);
  });
});

describe("a value beyond maxValueBytes", () => {
  const small = open({ maxValueBytes: 1000 });
  const smallPacking = open({ maxValueBytes: 1000, compress: { aboveBytes: 500 } });

  it("is refused by name, with everything beside it, before anything is sent", async () => {
    const before = await server.command("INFO", "commandstats");
    const long = "é".repeat(600);
    const save = small.save(WRITER, [write("a"), write("b", { value: long })]);
    const items = [
      { id: "a", value: 1 },
      { id: "b", value: long },
    ];
    const append = small.append(WRITER, "chat", items, BOUNDS);
    const refused = { code: "MEM_TOO_LARGE", outcome: "not-applied", retryable: false };
    expect(await rejection(save)).toMatchObject({ ...refused, path: "writes[1].value" });
    expect(await rejection(append)).toMatchObject({ ...refused, path: "items[1].value" });
    expect((await rejection(save)).message).not.toContain("é");
    expect(withoutInfo(await server.command("INFO", "commandstats"))).toEqual(withoutInfo(before));
  });

  it("is measured as it is stored, metadata included", async () => {
    const metadata = { note: "x".repeat(900) };
    expect(await small.save(WRITER, [write("a", { value: 1, metadata })])).toHaveLength(1);
    const over = small.save(WRITER, [write("a", { value: "x".repeat(100), metadata })]);
    expect(await rejection(over)).toMatchObject({ code: "MEM_TOO_LARGE" });
    await smallPacking.save(WRITER, [write("long", { value: LONG })]);
    expect(await small.get(WRITER, ["long"])).toMatchObject([{ value: LONG }]);
  });

  it("is 16 MiB unless said otherwise", async () => {
    const limit = 16 * 1024 * 1024;
    const over = plain.save(WRITER, [write("a", { value: "x".repeat(limit) })]);
    expect(await rejection(over)).toMatchObject({ code: "MEM_TOO_LARGE", path: "writes[0].value" });
    const most = "x".repeat(limit - 40);
    expect(await plain.save(WRITER, [write("a", { value: most })])).toMatchObject([
      { stored: true },
    ]);
    expect((await plain.get(WRITER, ["a"]))[0]?.value).toBe(most);
  });

  it("that only the server finds too large are refused, and nothing of them is stored", async () => {
    await server.command("CONFIG", "SET", "proto-max-bulk-len", "1mb");
    const over = plain.save(WRITER, [write("a", { value: "x".repeat(2 ** 20) })]);
    const { code, outcome } = await rejection(over);
    // The server hangs up while the value is still being sent, so its answer may be lost with the connection.
    expect([
      ["MEM_TOO_LARGE", "not-applied"],
      ["MEM_UNAVAILABLE", "unknown"],
    ]).toContainEqual([code, outcome]);
    expect(await server.command("EXISTS", `${KEY}e:a`)).toBe(0);
    await server.command("CONFIG", "SET", "proto-max-bulk-len", "512mb");
    expect(await plain.save(WRITER, [write("a")])).toMatchObject([{ stored: true }]);
  });
});

/** The commands that clients have sent so far, except for those of the test itself. */
function withoutInfo(stats: unknown): string[] {
  const calls = String(stats).match(/cmdstat_\w+:calls=\d+/g) ?? [];
  return calls.filter((line) => !line.startsWith("cmdstat_info"));
}

function base64(text: string): string {
  return gzipSync(text).toString("base64");
}

/** An entry whose body is compressed. */
function packed(data: string): string {
  return `[1,1,1,0,"v","","gzip","${data}"]`;
}

describe("what is compressed and can't be read", () => {
  it.each([
    { what: "is no gzip", data: "bm8gZ3ppcA==" },
    { what: "is no base64", data: "!" },
    { what: "is cut off", data: base64(`"agent",1,null,null,null`).slice(0, 20) },
    { what: "holds no JSON", data: base64("{") },
    { what: "holds too little", data: base64(`"agent",1`) },
  ])("is MEM_CORRUPT where it $what", async ({ data }) => {
    await server.command("SET", `${KEY}e:a`, packed(data));
    expect(await rejection(plain.get(WRITER, ["a"]))).toMatchObject({ code: "MEM_CORRUPT" });
  });

  it("is MEM_CORRUPT where it inflates without measure, instead of filling the memory", async () => {
    const bomb = gzipSync(Buffer.alloc(300 * 1024 * 1024, " ")).toString("base64");
    await server.command("SET", `${KEY}e:a`, packed(bomb));
    const before = process.memoryUsage.rss();
    expect(await rejection(plain.get(WRITER, ["a"]))).toMatchObject({ code: "MEM_CORRUPT" });
    expect(process.memoryUsage.rss() - before).toBeLessThan(200 * 1024 * 1024);
  });
});
