import {
  createHashingEmbedder,
  createServiceEmbedder,
  MemoryError,
  type Embedder,
} from "@mem/core";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { embedChecked } from "../src/vectors/embedding.ts";
import { openStore, scope, storeFolder, write } from "./fixtures.ts";
import { otherEmbedder } from "./other-embedder.ts";

const DIMENSIONS = 16;
const TEXTS = ["one", "two", "bad", "four", "five", "six", "seven"];

/** An embedder of a service that takes two texts per request, one request after the other. */
function serviceEmbedder(statusOf: (texts: readonly string[]) => number): {
  readonly embedder: Embedder;
  /** The texts of which the service has made vectors. */
  readonly made: string[];
  readonly calls: string[][];
} {
  const honest = createHashingEmbedder({ dimensions: DIMENSIONS });
  const made: string[] = [];
  const calls: string[][] = [];
  const service = createServiceEmbedder({
    model: "service",
    dimensions: DIMENSIONS,
    batchSize: 2,
    concurrency: 1,
    maxRetries: 0,
    async send({ texts, kind }) {
      const status = statusOf(texts);
      if (status !== 200) throw status;
      made.push(...texts);
      return await honest.embed(texts, { kind });
    },
    explain: (status) => ({ status: Number(status) }),
  });
  const embedder: Embedder = {
    ...service,
    embed(texts, options) {
      calls.push([...texts]);
      return service.embed(texts, options);
    },
  };
  return { embedder, made, calls };
}

function writes(texts: readonly string[]) {
  return texts.map((text) => write(text, { text }));
}

describe("when an embedder fails on the way", () => {
  it("what it made before is not asked for again", async () => {
    let isDown = true;
    const service = serviceEmbedder((texts) => (isDown && texts.includes("five") ? 503 : 200));
    const store = openStore(await storeFolder(), { embedder: service.embedder });
    await store.save(scope, writes(TEXTS));
    await expect(store.flush()).rejects.toMatchObject({ code: "MEM_EMBEDDING" });
    expect(await store.stats("acme")).toMatchObject({ pendingVectors: 3 });
    isDown = false;
    await store.flush();
    expect(await store.stats("acme")).toMatchObject({ pendingVectors: 0 });
    expect(service.made.toSorted()).toEqual(TEXTS.toSorted());
  });

  it("the passages of a long text that it made before are not asked for again", async () => {
    let isDown = true;
    const service = serviceEmbedder((texts) => (isDown && texts.at(-1) === "late" ? 503 : 200));
    const store = openStore(await storeFolder(), { embedder: service.embedder });
    const long = Array.from({ length: 200 }, (_, i) => `This is sentence ${i}.`).join(" ");
    await store.save(scope, [write("long", { text: long }), write("late", { text: "late" })]);
    await expect(store.flush()).rejects.toMatchObject({ code: "MEM_EMBEDDING" });
    isDown = false;
    await store.flush();
    expect(await store.stats("acme")).toMatchObject({ pendingVectors: 0 });
    expect(new Set(service.made).size).toBe(service.made.length);
  });

  it("a text that it names as refused is set aside, and not looked for one by one", async () => {
    const service = serviceEmbedder((texts) => (texts.includes("bad") ? 400 : 200));
    const store = openStore(await storeFolder(), { embedder: service.embedder });
    await store.save(scope, writes(TEXTS));
    const refusal = { code: "MEM_EMBEDDING", retryable: false };
    await expect(store.flush()).rejects.toMatchObject(refusal);
    expect(await store.stats("acme")).toMatchObject({ pendingVectors: 1 });
    expect(service.made.toSorted()).toEqual(TEXTS.filter((text) => text !== "bad").toSorted());
    // The refused text goes once with the others, then alone at each flush.
    expect(service.calls.filter((texts) => texts.length === 1 && texts[0] !== "bad")).toEqual([]);
  });

  it("a refused text that is alone does not make the next ones wait", async () => {
    const service = serviceEmbedder((texts) => (texts.includes("bad") ? 400 : 200));
    const store = openStore(await storeFolder(), { embedder: service.embedder });
    await store.save(scope, writes(["bad"]));
    await expect(store.flush()).rejects.toMatchObject({ code: "MEM_EMBEDDING" });
    await store.save(scope, writes(["good"]));
    await expect.poll(async () => (await store.stats("acme")).pendingVectors).toBe(1);
    expect((await store.health()).messages.join()).toContain("1 vectors are pending");
  });

  it("over every text, a few are tried and no more", async () => {
    const refusal = new MemoryError("MEM_EMBEDDING", "no such model", { retryable: false });
    const embedder = otherEmbedder(() => {
      throw refusal;
    });
    let requests = 0;
    const embed: Embedder["embed"] = (texts, options) => {
      requests++;
      return embedder.embed(texts, options);
    };
    const store = openStore(await storeFolder(), { embedder: { ...embedder, embed } });
    await store.save(scope, writes(Array.from({ length: 100 }, (_, i) => `text ${i}`)));
    await expect(store.flush()).rejects.toBe(refusal);
    expect(requests).toBeLessThan(30);
    expect(await store.stats("acme")).toMatchObject({ pendingVectors: 100 });
  });

  it("another embedder's vectors that were made before are not asked for again", async () => {
    let isDown = true;
    const service = serviceEmbedder((texts) => (isDown && texts.includes("five") ? 503 : 200));
    const store = openStore(await storeFolder());
    await store.save(scope, writes(TEXTS));
    await expect(store.reembed(service.embedder)).rejects.toMatchObject({ code: "MEM_EMBEDDING" });
    isDown = false;
    expect(await store.reembed(service.embedder)).toEqual({ entries: TEXTS.length });
    expect(service.made.toSorted()).toEqual(TEXTS.toSorted());
  });
});

describe("an embedder that does not answer", () => {
  it("keeps a question waiting for ten seconds, and documents for longer", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const silent: Embedder = { ...otherEmbedder(), embed: () => new Promise(() => undefined) };
    const settled: string[] = [];
    for (const kind of ["query", "document"] as const) {
      embedChecked(silent, ["text"], kind).catch((error: unknown) => {
        settled.push(`${kind}: ${(error as MemoryError).message}`);
      });
    }
    await vi.advanceTimersByTimeAsync(10_000);
    expect(settled).toEqual(['query: the embedder "other" did not answer in 10 seconds']);
    await vi.advanceTimersByTimeAsync(80_000);
    expect(settled).toHaveLength(2);
  });
});
