import { createManualClock, type LongTermStore, type Revision } from "@mem/core";
import { describe, expect, it } from "vitest";
import { createLanceDbStore } from "../src/index.ts";
import { openStore, scope, storeFolder, write } from "./fixtures.ts";

const DAY_MS = 86_400_000;
const history = {};

describe("a history", () => {
  it("is kept only where it is asked for", async () => {
    const store = openStore(await storeFolder());
    await store.save(scope, [write("a")]);
    expect(store.capabilities.history).toBe(false);
    await expect(store.get(scope, ["a"], { asOf: Date.now() })).rejects.toMatchObject({
      code: "MEM_UNSUPPORTED",
      path: "options.asOf",
    });
    await expect(store.history(scope, "a", { limit: 1 })).rejects.toMatchObject({
      code: "MEM_UNSUPPORTED",
    });
  });

  it("is kept for a number of days above 0, and in folders only", () => {
    for (const retentionDays of [0, -1, Number.NaN, Infinity]) {
      const options = { uri: "somewhere", history: { retentionDays } };
      expect(() => createLanceDbStore(options)).toThrow(
        expect.objectContaining({
          code: "MEM_INVALID_ARGUMENT",
          path: "options.history.retentionDays",
        }),
      );
    }
    expect(() => createLanceDbStore({ uri: "s3://bucket/path", history })).toThrow(
      expect.objectContaining({ code: "MEM_UNSUPPORTED", path: "options.history" }),
    );
  });

  it("has what an entry was that is older than itself, once it is replaced", async () => {
    const uri = await storeFolder();
    const clock = createManualClock();
    await saveAll(uri, { clock }, ["old"]);
    clock.advance(1_000);
    const store = openStore(uri, { clock, history });
    expect(await values(store)).toEqual(["old"]);
    const since = clock.now();
    clock.advance(1_000);
    await store.save(scope, [write("a", { value: "new" })]);
    expect(await values(store)).toEqual(["new", "old"]);
    await store.flush();
    expect(await values(store)).toEqual(["new", "old"]);
    expect(await store.get(scope, ["a"], { asOf: since })).toMatchObject([{ value: "old" }]);
    await expect(store.get(scope, ["a"], { asOf: since - 1 })).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      message: expect.stringContaining(new Date(since).toISOString()),
      path: "options.asOf",
    });
  });

  it("has no holes, whoever opens the store without it", async () => {
    const uri = await storeFolder();
    const before = openStore(uri);
    await before.save(scope, [write("a", { value: 1 })]);
    const store = openStore(uri, { history });
    expect(await values(store)).toEqual([1]);
    for (const value of [2, 3]) await before.save(scope, [write("a", { value })]);
    await before.flush();
    await Promise.all([before.close(), store.close()]);
    await saveAll(uri, {}, [4, 5]);
    expect(await values(openStore(uri, { history }))).toEqual([5, 4, 3, 2, 1]);
  });

  it("goes on when the store gets an embedder", async () => {
    const uri = await storeFolder();
    const store = openStore(uri, { history });
    await store.save(scope, [write("a", { value: 1, text: "one" })]);
    await store.close();
    const embedder = {
      model: "constant",
      dimensions: 2,
      weight: 0.5,
      embed: async (texts: readonly string[]) => texts.map(() => Float32Array.of(1, 0)),
    };
    const again = openStore(uri, { history, embedder });
    await again.save(scope, [write("a", { value: 2, text: "two" })]);
    await again.flush();
    expect(await values(again)).toEqual([2, 1]);
    const [, first] = await historyOf(again, "a");
    const asOf = first?.at ?? 0;
    expect(await again.get(scope, ["a"], { asOf })).toMatchObject([{ value: 1 }]);
  });

  it("tells since when an entry is as it was restored, not when it was made elsewhere", async () => {
    const clock = createManualClock();
    const store = openStore(await storeFolder(), { clock, history });
    await store.save(scope, [write("a", { value: "own" })]);
    clock.advance(1_000);
    const entry = { ...write("a", { value: "restored" }), createdAt: 1, updatedAt: 2 };
    await store.restore([{ scope, entry }]);
    const [restored] = (await store.history(scope, "a", { limit: 1 })).items;
    expect(restored).toMatchObject({ at: clock.now(), entry: { createdAt: 1, updatedAt: 2 } });
    const asOf = clock.now() - 1;
    expect(await store.get(scope, ["a"], { asOf })).toMatchObject([{ value: "own" }]);
  });
});

describe("a history of a few days", () => {
  it("forgets what is older, but not what was there when its time begins", async () => {
    const clock = createManualClock();
    const uri = await storeFolder();
    const store = openStore(uri, { clock, history: { retentionDays: 2 } });
    for (const key of ["kept", "deleted", "cleared"]) {
      for (const value of [1, 2]) {
        const where = key === "cleared" ? { ...scope, workflowId: "w1" } : scope;
        await store.save(where, [write(key, { value })]);
        clock.advance(1_000);
      }
    }
    await store.delete(scope, [{ key: "deleted" }]);
    await store.clearWorkflow({ tenantId: "acme", workflowId: "w1" });
    const then = clock.now();
    await store.flush();
    clock.advance(3 * DAY_MS);
    // Written during the upkeep that the clock has just started, or after it.
    await store.save(scope, [write("other")]);
    await expect
      .poll(async () => (await store.flush(), clock.advance(3_600_001), historyOf(store, "kept")))
      .toHaveLength(1);
    expect((await historyOf(store, "kept"))[0]?.entry?.value).toBe(2);
    expect(await historyOf(store, "deleted")).toEqual([]);
    expect(
      (await store.history({ ...scope, workflowId: "w1" }, "cleared", { limit: 9 })).items,
    ).toEqual([]);
    const horizon = clock.now() - 2 * DAY_MS;
    expect(await store.get(scope, ["kept", "deleted"], { asOf: horizon })).toMatchObject([
      { value: 2 },
      undefined,
    ]);
    await expect(store.get(scope, ["kept"], { asOf: then })).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
    });
    await store.close();
    // A longer retention from now on does not bring back what was forgotten.
    const longer = openStore(uri, { clock, history: { retentionDays: 30 } });
    await expect(longer.get(scope, ["kept"], { asOf: then })).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
    });
    expect(await longer.get(scope, ["kept"], { asOf: horizon })).toMatchObject([{ value: 2 }]);
  });
});

async function saveAll(
  uri: string,
  options: Parameters<typeof openStore>[1],
  all: readonly (string | number)[],
): Promise<void> {
  const store = openStore(uri, options);
  for (const value of all) await store.save(scope, [write("a", { value })]);
  await store.flush();
  await store.close();
}

async function historyOf(store: LongTermStore, key: string): Promise<readonly Revision[]> {
  return (await store.history(scope, key, { limit: 100 })).items;
}

async function values(store: LongTermStore): Promise<unknown[]> {
  return (await historyOf(store, "a")).map(({ entry }) => entry?.value);
}
