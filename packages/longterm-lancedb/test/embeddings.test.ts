import { tryFileLock } from "@mem/append-log";
import { createHashingEmbedder, createManualClock, MemoryError, type Embedder } from "@mem/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { readBases } from "../src/table/base-file.ts";
import { Base } from "../src/table/base.ts";
import { Database } from "../src/table/database.ts";
import { EntryCache } from "../src/reading/entry-cache.ts";
import { locate } from "../src/folder/location.ts";
import { MadeVectors } from "../src/vectors/made-vectors.ts";
import { Overlay } from "../src/log/overlay.ts";
import { PendingRows } from "../src/vectors/pending-rows.ts";
import { eventually, here, openStore, query, scope, storeFolder, write } from "./fixtures.ts";

/** An embedder that remembers the texts of each request, and refuses some. */
function recordingEmbedder(
  refuses: (texts: readonly string[]) => MemoryError | undefined = () => undefined,
): Embedder & { readonly requests: string[][] } {
  const honest = createHashingEmbedder({ dimensions: 16 });
  const requests: string[][] = [];
  return {
    ...honest,
    requests,
    async embed(texts, options) {
      if (options.kind === "query") return honest.embed(texts, options);
      requests.push([...texts]);
      const refusal = refuses(texts);
      if (refusal !== undefined) throw refusal;
      return honest.embed(texts, options);
    },
  };
}

describe("vectors", () => {
  it("are made behind the saves, without anybody asking", async () => {
    const store = openStore(await storeFolder(), { embedder: recordingEmbedder() });
    await store.save(scope, [write("a", { text: "autumn" })]);
    await eventually(async () => (await store.stats("acme")).pendingVectors === 0);
    expect(await store.search(here, query("autumn", { mode: "vector" }))).toHaveLength(1);
  });

  it("are made in batches, once for equal texts", async () => {
    const embedder = recordingEmbedder();
    const store = openStore(await storeFolder(), { embedder });
    await store.save(
      scope,
      Array.from({ length: 200 }, (_, i) => write(`key-${i}`, { text: `text ${i % 10}` })),
    );
    await store.flush();
    expect(embedder.requests.flat().toSorted()).toEqual(
      Array.from({ length: 10 }, (_, i) => `text ${i}`),
    );
    expect(await store.stats("acme")).toMatchObject({ entries: 200, pendingVectors: 0 });
  });

  it("are made for what a process without an embedder saves meanwhile", async () => {
    const uri = await storeFolder();
    const without = openStore(uri);
    await without.save(scope, [write("a", { text: "autumn" }), write("b", { text: "winter" })]);
    const store = openStore(uri, { embedder: recordingEmbedder() });
    await store.flush();
    await without.save(scope, [write("a", { text: "spring" }), write("c", { text: "summer" })]);
    expect(await store.stats("acme")).toMatchObject({ entries: 3, pendingVectors: 2 });
    await store.flush();
    for (const [key, text] of Object.entries({ a: "spring", b: "winter", c: "summer" })) {
      const [hit] = await store.search(here, query(text, { mode: "vector" }));
      expect(hit).toMatchObject({ key, score: expect.closeTo(1, 3) });
    }
  });

  it("are kept when an entry is saved again with the same text", async () => {
    const embedder = recordingEmbedder();
    const store = openStore(await storeFolder(), { embedder });
    await store.save(scope, [write("a", { value: 1, text: "autumn" })]);
    await store.flush();
    await store.save(scope, [write("a", { value: 2, text: "autumn" })]);
    await store.flush();
    expect(await store.stats("acme")).toMatchObject({ entries: 1, pendingVectors: 0 });
    expect(embedder.requests).toEqual([["autumn"]]);
    const hits = await store.search(here, query("autumn", { mode: "vector" }));
    expect(hits).toMatchObject([{ value: 2 }]);
  });

  it("of the others do not wait for a text that the embedder refuses", async () => {
    const refusal = new MemoryError("MEM_EMBEDDING", "too long", { retryable: false });
    const embedder = recordingEmbedder((texts) => (texts.includes("bad") ? refusal : undefined));
    const store = openStore(await storeFolder(), { embedder });
    const texts = ["a", "b", "bad", "c", "d"];
    await store.save(
      scope,
      texts.map((text) => write(text, { text })),
    );
    await expect(store.flush()).rejects.toBe(refusal);
    expect(await store.stats("acme")).toMatchObject({ entries: 5, pendingVectors: 1 });
    expect(await store.search(here, query("a", { mode: "vector" }))).not.toHaveLength(0);
    expect((await store.health()).messages).toEqual([expect.stringContaining("too long")]);
  });

  it("are asked for again after a while when the service was down", async () => {
    const clock = createManualClock();
    let isDown = true;
    const down = new MemoryError("MEM_EMBEDDING", "status 503");
    const embedder = recordingEmbedder(() => (isDown ? down : undefined));
    const store = openStore(await storeFolder(), { embedder, clock });
    await store.save(scope, [write("a", { text: "autumn" })]);
    await eventually(async () => (await store.health()).status === "degraded");
    expect(embedder.requests).toHaveLength(1);
    isDown = false;
    clock.advance(1_000);
    await eventually(async () => (await store.health()).status === "ok");
    expect(await store.stats("acme")).toMatchObject({ entries: 1, pendingVectors: 0 });
  });

  it("that are pending are counted by health, which says why and since when", async () => {
    const clock = createManualClock();
    clock.advance(Date.UTC(2026, 10, 22));
    const down = new MemoryError("MEM_EMBEDDING", "status 503");
    const store = openStore(await storeFolder(), {
      embedder: recordingEmbedder(() => down),
      clock,
    });
    const texts = ["autumn", "winter", "spring"].map((text) => write(text, { text }));
    expect(await store.save(scope, texts)).toMatchObject(texts.map(() => ({ stored: true })));
    await eventually(async () => (await store.health()).status === "degraded");
    const { messages, details } = await store.health();
    const since = new Date(clock.now()).toISOString();
    expect(messages).toEqual([`3 vectors are pending, since ${since}: status 503`]);
    expect(details).toMatchObject({ pendingVectors: 3 });
    await expect(store.flush()).rejects.toBe(down);
    clock.advance(3_000);
    expect((await store.health()).messages).toEqual(messages);
    expect(await store.search(here, query("winter"))).toHaveLength(1);
  });

  it("are also made for what other processes leave, by one that has the store open", async () => {
    const uri = await storeFolder();
    const clock = createManualClock();
    const embedder = recordingEmbedder();
    const store = openStore(uri, { embedder, clock });
    const without = openStore(uri, { clock });
    await store.flush();
    for (const text of ["autumn", "winter"]) {
      await without.save(scope, [write(text, { text })]);
      await without.flush();
      expect(await store.stats("acme")).toMatchObject({ pendingVectors: 1 });
      expect(embedder.requests.flat()).not.toContain(text);
      clock.advance(60_000);
      // The table is written one second after the vector is made.
      await eventually(
        async () => (await store.stats("acme")).pendingVectors === 0,
        async () => clock.advance(500),
      );
    }
    expect(embedder.requests).toEqual([["autumn"], ["winter"]]);
  });

  it("are made for a text that is saved while the one before it is looked for", async () => {
    const uri = await storeFolder();
    const store = openStore(uri);
    await store.save(scope, [write("a", { text: "autumn" })]);
    await store.flush();
    const database = await Database.connect(locate(uri));
    onTestFinished(() => database.close());
    const bases = (await readBases(locate(uri).base)) ?? expect.fail("it was flushed");
    const base = new Base(database, new EntryCache(), bases.current);
    onTestFinished(() => base.close());
    const overlay = new Overlay();
    const made = new MadeVectors(overlay);
    const pending = new PendingRows(base, overlay, made, () => true);
    const [first = expect.fail("it is pending")] = await pending.next();
    pending.add([first.id]);
    const looking = pending.next();
    pending.add([first.id]);
    expect(await looking).toEqual([first]);
    expect(await pending.next()).toEqual([first]);
    made.add([{ ...first, vector: new Float32Array(16).fill(1) }]);
    expect(await pending.next()).toEqual([]);
  });

  it("that could not be written are written later, and not made again", async () => {
    const uri = await storeFolder();
    const clock = createManualClock();
    const embedder = recordingEmbedder();
    const store = openStore(uri, { embedder, clock });
    await store.save(scope, [write("a", { text: "autumn" })]);
    const lock = (await tryFileLock(`${uri}.lock`)) ?? expect.fail("it is free");
    onTestFinished(() => lock.release());
    await eventually(async () => embedder.requests.length === 1);
    expect(await store.search(here, query("autumn", { mode: "vector" }))).toHaveLength(1);
    lock.release();
    clock.advance(60_000);
    await eventually(async () => (await store.health()).details["unflushedEntries"] === 0);
    await eventually(async () => (await store.stats("acme")).pendingVectors === 0);
    await store.close();
    const again = openStore(uri, { embedder });
    expect(await again.search(here, query("autumn", { mode: "vector" }))).toHaveLength(1);
    expect(embedder.requests).toEqual([["autumn"]]);
  });

  it("of a store are of one embedder, also where two adopt it at once", async () => {
    const uri = await storeFolder();
    const plain = openStore(uri);
    await plain.save(scope, [write("a", { text: "autumn" })]);
    const stores = [16, 32].map((dimensions) =>
      openStore(uri, { embedder: createHashingEmbedder({ dimensions }) }),
    );
    const flushed = await Promise.allSettled(stores.map((store) => store.flush()));
    expect(flushed.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const winner = stores[flushed.findIndex(({ status }) => status === "fulfilled")];
    const [hit] = (await winner?.search(here, query("autumn", { mode: "vector" }))) ?? [];
    expect(hit?.score).toBeCloseTo(1, 3);
  });
});
