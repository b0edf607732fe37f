import { setImmediate } from "node:timers/promises";
import { readLockHolder, tryFileLock } from "@mem/append-log";
import { createHashingEmbedder } from "@mem/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { createLanceDbStore } from "../src/index.ts";
import { createStoreAt } from "../src/lancedb-store.ts";
import type { Engine } from "../src/store/engine.ts";
import { placeOf } from "../src/store/place.ts";
import { Child } from "./child-process.ts";
import { eventually, openStore, scope, storeFolder, write } from "./fixtures.ts";
import { StoreProcess } from "./store-process.ts";

describe("a store that is closed", () => {
  it("has all that was saved, with or without a flush", async () => {
    const uri = await storeFolder();
    for (let i = 0; i < 3; i++) {
      const store = createLanceDbStore({ uri });
      await store.save(scope, [write(`key-${i}`, { value: i })]);
      if (i === 1) await store.flush();
      await store.close();
      await store.close();
    }
    expect(await openStore(uri).count(scope)).toBe(3);
  });

  it("lets what is under way end first, and takes nothing more", async () => {
    const uri = await storeFolder();
    const store = createLanceDbStore({ uri, embedder: createHashingEmbedder() });
    await store.save(scope, [write("first")]);
    const saves = Array.from({ length: 50 }, (_, i) =>
      store.save(scope, [write(`key-${i}`, { text: `word ${i}` })]),
    );
    const flushed = Promise.allSettled([store.flush()]);
    const closing = store.close();
    await expect(store.get(scope, ["first"])).rejects.toMatchObject({ code: "MEM_CLOSED" });
    expect(await Promise.all(saves)).toHaveLength(50);
    const [{ status, reason }] = (await flushed) as [PromiseRejectedResult];
    if (status === "rejected") expect(reason).toMatchObject({ code: "MEM_CLOSED" });
    await closing;
    expect(await openStore(uri).count(scope)).toBe(51);
  });

  it("lets a flush end that writes the table, whoever waits for it", async () => {
    const uri = await storeFolder();
    const store = createLanceDbStore({ uri });
    await store.save(
      scope,
      Array.from({ length: 5_000 }, (_, i) => write(`key-${i}`, { text: `word ${i}` })),
    );
    const flushing = Promise.allSettled([store.flush()]);
    await eventually(async () => readLockHolder(`${uri}.lock`) !== undefined, setImmediate);
    await store.close();
    expect(readLockHolder(`${uri}.lock`)).toBeUndefined();
    using lock = await tryFileLock(`${uri}.lock`);
    expect(lock).toBeDefined();
    await flushing;
  });

  it("stays closed though it was asked for its health in the same turn", async () => {
    const uri = await storeFolder();
    await openStore(uri).save(scope, [write("a")]);
    const place = placeOf({ uri });
    const opened: Engine[] = [];
    const open = place.open.bind(place);
    place.open = async (report) => {
      const engine = await open(report);
      opened.push(engine);
      return engine;
    };
    const store = createStoreAt(place, { uri });
    const asked = store.health();
    await store.close();
    await asked;
    for (const { reader } of opened) {
      await expect(reader.get(scope, ["a"])).rejects.toMatchObject({ code: "MEM_CLOSED" });
    }
    expect(opened).toHaveLength(1);
  });

  it("does not wait for a lock that somebody else has", async () => {
    const uri = await storeFolder();
    const store = createLanceDbStore({ uri });
    await store.save(scope, [write("a")]);
    const lock = (await tryFileLock(`${uri}.lock`)) ?? expect.fail("it is free");
    onTestFinished(() => lock.release());
    const flushing = Promise.allSettled([store.flush()]);
    const began = performance.now();
    await store.close();
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(await flushing).toMatchObject([{ reason: { code: "MEM_CLOSED" } }]);
    lock.release();
    expect(await openStore(uri).count(scope)).toBe(1);
  });
});

describe("a process", () => {
  it("ends by itself soon after its store was closed, whatever waited", async () => {
    const uri = await storeFolder();
    const store = openStore(uri);
    await store.save(scope, [write("a")]);
    const lock = (await tryFileLock(`${uri}.lock`)) ?? expect.fail("it is free");
    onTestFinished(() => lock.release());
    const child = new Child("close-while-flushing", uri);
    await child.wrote(1);
    const began = performance.now();
    expect([await child.ended(), child.errors]).toEqual([0, ""]);
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(child.lines).toEqual(["closed"]);
  }, 60_000);

  it("that is frozen after a flush, and killed, has lost nothing; thawed, it goes on", async () => {
    const uri = await storeFolder();
    const frozen = new StoreProcess(uri, { dimensions: 8 });
    await frozen.call("save", scope, [write("a", { value: 1, text: "autumn" })]);
    await frozen.call("flush");
    frozen.pause();
    const store = openStore(uri);
    expect(await store.get(scope, ["a"])).toMatchObject([{ value: 1 }]);
    expect(await store.stats("acme")).toMatchObject({ entries: 1 });
    await store.save(scope, [write("b", { value: 2 })]);
    frozen.resume();
    expect(await frozen.call("get", scope, ["b"])).toMatchObject([{ value: 2 }]);
    await frozen.call("save", scope, [write("c", { value: 3 })]);
    frozen.pause();
    await frozen.kill();
    expect(await store.count(scope)).toBe(3);
  }, 60_000);
});
