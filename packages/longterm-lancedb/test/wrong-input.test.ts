import { createHashingEmbedder, type Embedder, type PortableEntry } from "@mem/core";
import { describe, expect, it } from "vitest";
import { createLanceDbStore, type LanceDbStoreOptions } from "../src/index.ts";
import { eventually, here, openStore, query, scope, storeFolder, write } from "./fixtures.ts";

const embedder = createHashingEmbedder({ dimensions: 8 });

function portable(vector: Float32Array): PortableEntry {
  const times = { createdAt: 1, updatedAt: 1 };
  const entry = { key: "a", value: 1, text: "autumn", source: "agent", ...times } as const;
  return { scope, entry, vector };
}

describe("a vector", () => {
  it.each([
    ["too short", new Float32Array(7).fill(1)],
    ["too long", new Float32Array(9).fill(1)],
    ["not finite", Float32Array.of(1, Number.NaN, 1, 1, 1, 1, 1, 1)],
  ])("that is restored is refused before anything is written: it is %s", async (_, vector) => {
    const store = openStore(await storeFolder(), { embedder });
    const { model, dimensions } = embedder;
    const sound = { ...portable(new Float32Array(8).fill(1)) };
    const options = { vectorsOf: { model, dimensions } };
    const restoring = store.restore([sound, portable(vector)], options);
    await expect(restoring).rejects.toMatchObject({ name: "MemoryError", outcome: "not-applied" });
    expect(await store.count(scope)).toBe(0);
  });

  it.each([
    ["of another length", () => new Float32Array(7).fill(1), "MEM_DIMENSION"],
    ["not finite", () => new Float32Array(8).fill(Infinity), "MEM_EMBEDDING"],
    ["without a direction", () => new Float32Array(8), "MEM_EMBEDDING"],
  ])("that an embedder makes is never stored when it is %s", async (_, make, code) => {
    const uri = await storeFolder();
    const wrong: Embedder = { ...embedder, embed: async (texts) => texts.map(make) };
    const store = openStore(uri, { embedder: wrong });
    await store.save(scope, [write("a", { text: "autumn" })]);
    await expect(store.flush()).rejects.toMatchObject({ code });
    expect(await store.stats("acme")).toMatchObject({ pendingVectors: 1 });
    expect(await store.search(here, query("autumn"))).toHaveLength(1);
    await store.close();
    const right = openStore(uri, { embedder });
    await eventually(async () => (await right.stats("acme")).pendingVectors === 0);
    expect(await right.search(here, query("autumn", { mode: "vector" }))).toHaveLength(1);
  });

  it("of another model, or of another length, is not mixed in", async () => {
    const uri = await storeFolder();
    await using store = createLanceDbStore({ uri, embedder });
    await store.save(scope, [write("a", { text: "autumn" })]);
    const longer = openStore(uri, { embedder: createHashingEmbedder({ dimensions: 16 }) });
    await expect(longer.count(scope)).rejects.toMatchObject({ path: "options.embedder" });
    const other = openStore(uri, { embedder: { ...embedder, model: "another" } });
    await expect(other.count(scope)).rejects.toMatchObject({ code: "MEM_EMBEDDING" });
    expect(await openStore(uri).count(scope)).toBe(1);
  });
});

describe("options", () => {
  it.each([0, -1, 1.5, Number.NaN, "1000"])("are refused where a bound is %j", async (bytes) => {
    const uri = await storeFolder();
    for (const name of ["maxUnflushedBytes", "cacheBytes"]) {
      expect(() => createLanceDbStore({ uri, [name]: bytes })).toThrow(
        expect.objectContaining({ code: "MEM_INVALID_ARGUMENT", path: `options.${name}` }),
      );
    }
  });
});

describe("options that plain JavaScript may hand in", () => {
  it.each([
    ["nothing", undefined, "options"],
    ["null", null, "options"],
    ["a path", "memory", "options"],
    ["a slip of the pen", { uri: "memory", embeder: embedder }, "options.embeder"],
    ["another slip", { uri: "memory", history: { days: 3 } }, "options.history.days"],
    ["a history that is true", { uri: "memory", history: true }, "options.history"],
    ["a history that is 5", { uri: "memory", history: 5 }, "options.history"],
    [
      "days as a word",
      { uri: "memory", history: { retentionDays: "9" } },
      "options.history.retentionDays",
    ],
    ["no language", { uri: "memory", language: "klingon" }, "options.language"],
    ["no clock", { uri: "memory", clock: Date }, "options.clock"],
    [
      "secrets in a word",
      { uri: "s3://bucket/path", storageOptions: "key" },
      "options.storageOptions",
    ],
    [
      "a number among them",
      { uri: "s3://bucket/path", storageOptions: { timeout: 5 } },
      "options.storageOptions.timeout",
    ],
  ])("are refused by their path: %s", (_, options, path) => {
    expect(() => createLanceDbStore(options as LanceDbStoreOptions)).toThrow(
      expect.objectContaining({ code: "MEM_INVALID_ARGUMENT", path }),
    );
  });

  it("are told which ones there are", () => {
    const options = { uri: "memory", embeder: embedder };
    expect(() => createLanceDbStore(options)).toThrow(
      "options.embeder is not an option; there are uri, storageOptions, embedder, language, maxUnflushedBytes, cacheBytes, history, clock",
    );
  });
});

describe("what is no embedder", () => {
  it.each([
    ["a model's name", "some-model", ""],
    ["a promise", Promise.resolve(embedder), ""],
    ["null", null, ""],
    ["one without a name", { ...embedder, model: undefined }, ".model"],
    ["one without dimensions", { ...embedder, dimensions: undefined }, ".dimensions"],
    ["one of half a dimension", { ...embedder, dimensions: 0.5 }, ".dimensions"],
    ["one without a weight", { ...embedder, weight: undefined }, ".weight"],
  ])("is refused and leaves the store as it is: %s", async (_, given, path) => {
    const uri = await storeFolder();
    const store = openStore(uri);
    await store.save(scope, [write("a", { text: "autumn" })]);
    const wrong = given as Embedder;
    await expect(store.reembed(wrong)).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      path: `embedder${path}`,
    });
    await store.close();
    expect(() => createLanceDbStore({ uri, embedder: wrong })).toThrow(
      expect.objectContaining({ code: "MEM_INVALID_ARGUMENT", path: `options.embedder${path}` }),
    );
    const right = openStore(uri, { embedder });
    await right.flush();
    expect(await right.verify()).toEqual({ entries: 1, problems: [] });
  });
});

describe("a value", () => {
  it("that is larger than all the room there is is stored when it is alone", async () => {
    const store = openStore(await storeFolder(), { maxUnflushedBytes: 1_000 });
    const text = "autumn ".repeat(2_000);
    for (let i = 0; i < 3; i++) await store.save(scope, [write(`key-${i}`, { text, value: i })]);
    expect(await store.count(scope)).toBe(3);
    expect(await store.get(scope, ["key-2"])).toMatchObject([{ value: 2, text }]);
  });
});
