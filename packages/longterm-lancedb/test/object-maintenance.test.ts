import { expect, it, onTestFinished } from "vitest";
import { ObjectDatabase } from "../src/objects/object-database.ts";
import { eventually, here, query, scope, write } from "./fixtures.ts";
import { newLocation, openObjectStore, removeLocation } from "./object-harness.ts";

it("compacts an object store by itself, while machines write and read it", async () => {
  const location = await newLocation();
  const stores = [openObjectStore(location), openObjectStore(location)];
  const database = await ObjectDatabase.connect(location);
  onTestFinished(async () => {
    for (const store of stores) await store.close();
    await database.close();
    await removeLocation(location);
  });
  const [first, second] = stores;
  for (let i = 0; i < 60; i++) {
    await first?.save(scope, [write(`key-${i}`, { text: `common word${i}` })]);
    if (i % 20 === 0) await second?.save(scope, [write(`other-${i}`, { text: "common" })]);
    expect(await second?.search(here, query(`word${i}`))).toHaveLength(1);
  }
  const table = await database.table("read");
  await eventually(async () => (await table.stats()).fragmentStats.numFragments < 20);
  expect(await second?.count(scope)).toBe(63);
  expect(await first?.verify()).toEqual({ entries: 63, problems: [] });
}, 120_000);
