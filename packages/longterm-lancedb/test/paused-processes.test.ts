import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { acquireFileLock, readLockHolder, tryFileLock } from "@mem/append-log";
import { describe, expect, it, onTestFinished } from "vitest";
import { eventually, openStore, scope, storeFolder, write } from "./fixtures.ts";
import { tableFiles } from "./raw-table.ts";
import { StoreProcess } from "./store-process.ts";

/** Resolves in the next turn of the event loop. */
async function turn(): Promise<false> {
  await setImmediate();
  return false;
}

/** Stops the process while it holds the lock, which it takes again and again. */
async function pauseInFlush(uri: string, process: StoreProcess): Promise<void> {
  for (let i = 0; ; i++) {
    await process.call("save", scope, [write("paused", { value: i, text: "x ".repeat(20_000) })]);
    const flushed = process.call("flush");
    await eventually(async () => {
      const isDone = await Promise.race([flushed.then(() => true), turn()]);
      return isDone || readLockHolder(`${uri}.lock`)?.pid === process.pid;
    }, turn);
    process.pause();
    const lock = await tryFileLock(`${uri}.lock`);
    if (lock === undefined) return;
    lock.release();
    process.resume();
    await flushed;
  }
}

describe("a process that is paused while it writes the table", () => {
  it("keeps nobody from saving and reading, is named, and goes on without harm", async () => {
    const uri = await storeFolder();
    const store = openStore(uri);
    await store.save(scope, [write("first", { value: 0 })]);
    const paused = new StoreProcess(uri);
    await pauseInFlush(uri, paused);
    for (let i = 0; i < 50; i++) await store.save(scope, [write(`key-${i}`, { value: i })]);
    expect(await store.count(scope)).toBe(52);
    expect(await store.get(scope, ["key-49"])).toMatchObject([{ value: 49 }]);
    await eventually(async () => (await store.health()).status === "degraded");
    const { messages } = await store.health();
    expect(messages).toEqual([expect.stringContaining(`process ${paused.pid} `)]);
    paused.resume();
    await store.flush();
    expect((await store.health()).status).toBe("ok");
    expect(await paused.call("count", scope)).toBe(52);
    await paused.call("flush");
    expect(await store.verify()).toMatchObject({ entries: 52, problems: [] });
  }, 60_000);

  it("lets saves wait when what it does not write takes all the room, then refuses them", async () => {
    const uri = await storeFolder();
    const store = openStore(uri, { maxUnflushedBytes: 20_000 });
    await store.save(scope, [write("first")]);
    await store.flush();
    const lock = await acquireFileLock(`${uri}.lock`);
    onTestFinished(() => lock?.release());
    const saves = Array.from({ length: 60 }, (_, i) =>
      store.save(scope, [write(`key-${i}`, { value: "x".repeat(500) })]),
    );
    const answers = await Promise.allSettled(saves);
    const refused = answers.filter(({ status }) => status === "rejected");
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(60);
    for (const answer of refused) {
      expect(answer).toMatchObject({ reason: { code: "MEM_CAPACITY", outcome: "not-applied" } });
    }
    expect(await store.count(scope)).toBe(61 - refused.length);
    const waiting = store.save(scope, [write("last", { value: "x".repeat(500) })]);
    lock?.release();
    expect(await waiting).toMatchObject([{ stored: true }]);
    expect(await store.count(scope)).toBe(62 - refused.length);
  }, 60_000);
});

describe("a process that slept", () => {
  it("while its table was cleaned up goes on by itself, with reads and with saves", async () => {
    const uri = await storeFolder();
    const sleeper = new StoreProcess(uri, { dimensions: 8 });
    await sleeper.call("save", scope, [write("a", { value: 1 }), write("b", { value: 1 })]);
    await sleeper.call("flush");
    sleeper.pause();
    const store = openStore(uri);
    const versions = () => tableFiles(uri, "_versions");
    const before = await versions();
    const [entry] = await store.get(scope, ["a"]);
    // Only a process that knows what was in the table can judge this.
    await store.save(scope, [write("a", { value: 2, ifVersion: entry?.version ?? "" })]);
    for (let i = 0; i < 3; i++) {
      await store.save(scope, [write(`key-${i}`)]);
      await store.flush();
    }
    await eventually(async () => {
      const now = await versions();
      return before.every((path) => !path.endsWith("manifest") || !now.includes(path));
    });
    sleeper.resume();
    const asked = ["a", "b", "key-0", "none"];
    const [saved, got, count, gone] = await Promise.all([
      sleeper.call("save", scope, [write("c", { value: 3, ifAbsent: true })]),
      sleeper.call("get", scope, asked),
      sleeper.call("count", scope),
      sleeper.call("delete", scope, [{ key: "b" }]),
    ]);
    expect(saved).toMatchObject([{ stored: true }]);
    expect(got[0]).toMatchObject({ value: 2 });
    expect(count).toBeGreaterThan(3);
    expect(gone).toEqual([true]);
    expect(await store.get(scope, ["b", "c"])).toMatchObject([undefined, { value: 3 }]);
  }, 60_000);

  it("while its part of the log was removed goes on by itself, with reads and with saves", async () => {
    const uri = await storeFolder();
    const sleepers = [new StoreProcess(uri), new StoreProcess(uri)];
    for (const sleeper of sleepers) {
      await sleeper.call("save", scope, [write("a", { value: 1 })]);
      sleeper.pause();
    }
    const store = openStore(uri);
    await store.save(scope, [write("b", { value: 2 })]);
    const first = (await readdir(join(uri, "log"))).toSorted()[0] ?? "";
    // Erasing removes every earlier segment.
    await store.erase({ scope, key: "a" });
    await store.save(scope, [write("c", { value: 3 })]);
    await store.erase({ scope, key: "c" });
    expect(await readdir(join(uri, "log"))).not.toContain(first);
    const [reader, saver] = sleepers;
    for (const sleeper of sleepers) sleeper.resume();
    expect(await reader?.call("get", scope, ["a", "b"])).toMatchObject([null, { value: 2 }]);
    expect(await saver?.call("save", scope, [write("d", { value: 4 })])).toMatchObject([
      { stored: true },
    ]);
    expect(await store.count(scope)).toBe(2);
    expect(await reader?.call("count", scope)).toBe(2);
  }, 60_000);
});
