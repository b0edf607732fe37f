import { createHashingEmbedder, type Embedder } from "@mem/core";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { createJsonStore } from "../src/json-store.ts";
import type { JsonStoreOptions } from "../src/options.ts";
import { temporaryFolder } from "./folder.ts";
import { ann, keysIn, note } from "./samples.ts";

const KIB = "x".repeat(1024);

describe("a store that is full", () => {
  it("refuses what would go beyond its limit, all of a call or nothing", async () => {
    await using folder = await temporaryFolder();
    const store = folder.open({ maxBytes: 5000 });
    await store.save(ann, [note("a", KIB), note("b", KIB)]);
    const content = await folder.content();
    await expect(store.save(ann, [note("c", KIB), note("d", KIB)])).rejects.toMatchObject({
      code: "MEM_CAPACITY",
      outcome: "not-applied",
    });
    expect(await keysIn(store)).toEqual(["a", "b"]);
    expect(await folder.content()).toBe(content);
  });

  it("refuses one of several calls that travel together, and stores the others", async () => {
    await using folder = await temporaryFolder();
    const store = folder.open({ maxBytes: 5000 });
    const results = await Promise.allSettled([
      store.save(ann, [note("a", KIB)]),
      store.save(ann, [note("large", KIB.repeat(10))]),
      store.save(ann, [note("b", KIB)]),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(await keysIn(store)).toEqual(["a", "b"]);
  });

  it("takes what makes it smaller, and goes on when there is room", async () => {
    await using folder = await temporaryFolder();
    const store = folder.open({ maxBytes: 5000 });
    await store.save(ann, [note("a", KIB), note("b", KIB), note("c", KIB)]);
    await store.close();
    const tighter = folder.open({ maxBytes: 2000 });
    await tighter.save(ann, [note("a", "short")]);
    await expect(tighter.save(ann, [note("d", "")])).rejects.toMatchObject({
      code: "MEM_CAPACITY",
    });
    await tighter.delete(ann, [{ key: "b" }, { key: "c" }]);
    await tighter.save(ann, [note("d", "")]);
    expect(await keysIn(tighter)).toEqual(["a", "d"]);
  });
});

describe("a store that can't write", () => {
  it("says so and shows nothing that is not on disk", async () => {
    await using folder = await temporaryFolder();
    const store = createJsonStore({ path: `${dirname(folder.file)}/inner/memory.json` });
    await store.save(ann, [note("a", "one")]);
    await rm(`${dirname(folder.file)}/inner`, { recursive: true });
    await expect(store.save(ann, [note("b", "two")])).rejects.toMatchObject({
      outcome: "not-applied",
    });
    await expect(store.clear(ann)).rejects.toMatchObject({ outcome: "not-applied" });
    expect(await keysIn(store)).toEqual(["a"]);
    await store.close();
  });
});

describe("createJsonStore", () => {
  it.each([
    [{ path: "" }, "options.path"],
    [{ path: "a.json", maxBytes: 0 }, "options.maxBytes"],
    [{ path: "a.json", maxBytes: 2 ** 40 }, "options.maxBytes"],
    [{ path: "a.json", maxBytes: 1.5 }, "options.maxBytes"],
    [{ path: "a.json", language: "klingon" as "english" }, "options.language"],
    [
      { path: "a.json", embedder: { ...createHashingEmbedder(), weight: 2 } },
      "options.embedder.weight",
    ],
    [
      { path: "a.json", embedder: { ...createHashingEmbedder(), dimensions: 0 } },
      "options.embedder.dimensions",
    ],
    [undefined, "options"],
    [null, "options"],
    ["a.json", "options"],
    [{ path: "a.json", embeder: createHashingEmbedder() }, "options.embeder"],
    [{ path: "a.json", embedder: "some-model" }, "options.embedder"],
    [{ path: "a.json", embedder: Promise.resolve(createHashingEmbedder()) }, "options.embedder"],
    [{ path: "a.json", embedder: null }, "options.embedder"],
    [
      { path: "a.json", embedder: { ...createHashingEmbedder(), model: undefined } },
      "options.embedder.model",
    ],
    [{ path: "a.json", clock: Date }, "options.clock"],
  ])("refuses %o", (options, path) => {
    expect(() => createJsonStore(options as JsonStoreOptions)).toThrow(
      expect.objectContaining({ code: "MEM_INVALID_ARGUMENT", path }),
    );
  });

  it("tells which options there are", () => {
    const options = { path: "a.json", embeder: createHashingEmbedder() };
    expect(() => createJsonStore(options)).toThrow(
      "options.embeder is not an option; there are path, embedder, language, maxBytes, clock",
    );
  });

  it("makes no vectors anew with what is no embedder", async () => {
    await using folder = await temporaryFolder();
    const store = folder.open();
    const wrong = "some-model" as unknown as Embedder;
    await expect(store.reembed(wrong)).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
      path: "embedder",
    });
  });
});
