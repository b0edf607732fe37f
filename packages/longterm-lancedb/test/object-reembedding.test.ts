import { createHashingEmbedder, type LongTermStore } from "@mem/core";
import { describe, expect, it, onTestFinished } from "vitest";
import { here, query, scope, write } from "./fixtures.ts";
import { newLocation, openObjectStore, removeLocation } from "./object-harness.ts";
import type { ObjectLocation } from "../src/objects/object-database.ts";
import { ObjectDatabase } from "../src/objects/object-database.ts";
import { textIn } from "../src/table/packed-row.ts";
import { readRows } from "../src/table/row-queries.ts";
import { oldEmbedder, OLD_DIMENSIONS, otherEmbedder } from "./other-embedder.ts";

/** Entries in an object store, with the vectors of the old embedder. */
async function newStore(count: number): Promise<{ location: ObjectLocation; open: typeof open }> {
  const location = await newLocation();
  const stores: LongTermStore[] = [];
  const open = (embedder = oldEmbedder()): LongTermStore => {
    const store = openObjectStore(location, { embedder });
    stores.push(store);
    return store;
  };
  onTestFinished(async () => {
    for (const store of stores) await store.close();
    await removeLocation(location);
  });
  const store = open();
  const texts = Array.from({ length: count }, (_, i) => `text number ${i}`);
  await store.save(
    scope,
    texts.map((text) => write(text, { text })),
  );
  await store.flush();
  return { location, open };
}

/** Expects every vector of the table to be the other embedder's; resolves with their number. */
async function expectNothingMixed(location: ObjectLocation): Promise<number> {
  const database = await ObjectDatabase.connect(location);
  try {
    const table = await database.table("read");
    const ids: { id: string }[] = await table.query().select(["id"]).toArray();
    const rows = await readRows(
      table,
      ids.map(({ id }) => id),
    );
    const made = rows.flatMap(({ vector, entry }) =>
      vector ? [{ vector, text: textIn(entry) }] : [],
    );
    const honest = await otherEmbedder().embed(
      made.map(({ text }) => text),
      { kind: "document" },
    );
    expect(made.map(({ vector }) => vector)).toEqual(honest);
    return made.length;
  } finally {
    await database.close();
  }
}

describe("a store in an object store that goes over to another embedder", () => {
  it("never has vectors of both, though another machine goes on with the old one", async () => {
    const { location, open } = await newStore(12);
    const store = open();
    const old = open();
    const stopped = new AbortController();
    const saving = (async () => {
      for (let i = 0; !stopped.signal.aborted; i++) {
        await old.save(scope, [write(`new-${i}`, { text: `new ${i}` })]);
      }
    })();
    await store.reembed(otherEmbedder());
    await expect(old.search(here, query("text", { mode: "vector" }))).rejects.toMatchObject({
      code: "MEM_EMBEDDING",
      message: expect.stringContaining("reembed"),
    });
    stopped.abort();
    await saving;
    await expectNothingMixed(location);
    await store.flush();
    const entries = await store.count(scope);
    expect(entries).toBeGreaterThan(12);
    expect(await expectNothingMixed(location)).toBe(entries);
    expect(await store.verify()).toEqual({ entries, problems: [] });
    const [hit] = await store.search(here, query("text number 3", { mode: "vector", topK: 1 }));
    expect(hit).toMatchObject({ key: "text number 3", score: expect.closeTo(1, 3) });
    expect(await old.search(here, query("number 3", { mode: "auto" }))).not.toHaveLength(0);
  }, 60_000);

  it("goes on where it was stopped, and leaves nothing beside the table", async () => {
    const { location, open } = await newStore(600);
    const stopped = new AbortController();
    let requests = 0;
    const first = otherEmbedder(() => {
      if (++requests === 3) stopped.abort();
    });
    const { signal } = stopped;
    const interrupted = open();
    await expect(interrupted.reembed(first, { signal })).rejects.toMatchObject({
      code: "MEM_ABORTED",
    });
    await interrupted.close();
    const store = open();
    expect(await store.embedder()).toMatchObject({ dimensions: OLD_DIMENSIONS });
    const second = otherEmbedder();
    expect(await store.reembed(second)).toEqual({ entries: 600 });
    expect(second.asked).toHaveLength(600 - 512);
    const { connection } = await ObjectDatabase.connect(location);
    expect((await connection.tableNames()).toSorted()).toEqual(["memory", "store"]);
    connection.close();
  }, 60_000);

  it("is completed by the next one that opens it, where a machine died on the way", async () => {
    const { location, open } = await newStore(5);
    const other = otherEmbedder();
    const database = await ObjectDatabase.connect(location);
    const table = await database.connection.openTable("store");
    const [row] = await table.query().toArray();
    const description = JSON.parse(String(row?.description)) as object;
    const { model, dimensions } = other;
    const next = JSON.stringify({ ...description, embedder: { model, dimensions } });
    await table.update({ values: { description: next } });
    table.close();
    await database.close();
    const store = open(other);
    await store.flush();
    expect(await expectNothingMixed(location)).toBe(5);
    expect(await store.stats("acme")).toMatchObject({ entries: 5, pendingVectors: 0 });
  }, 60_000);

  it("may be of another length", async () => {
    const { open } = await newStore(5);
    const store = open();
    expect(await store.reembed(createHashingEmbedder({ dimensions: 48 }))).toEqual({ entries: 5 });
    expect(await store.verify()).toEqual({ entries: 5, problems: [] });
    const [hit] = await store.search(here, query("text number 3", { mode: "vector", topK: 1 }));
    expect(hit?.key).toBe("text number 3");
  }, 60_000);
});
