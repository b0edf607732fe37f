import { spawnSync } from "node:child_process";
import { access, stat, writeFile } from "node:fs/promises";
import {
  createManualClock,
  isMemoryError,
  MemoryError,
  type Embedder,
  type LongTermStore,
  type ReembedProgress,
} from "@mem/core";
import { describe, expect, it } from "vitest";
import { locate } from "../src/folder/location.ts";
import { Child } from "./child-process.ts";
import { eventually, here, openStore, query, scope, storeFolder, write } from "./fixtures.ts";
import { OLD_DIMENSIONS, oldEmbedder, otherEmbedder } from "./other-embedder.ts";
import { StoreProcess } from "./store-process.ts";

const HAS_STRACE = spawnSync("strace", ["-V"]).status === 0;
const TEXTS = 700;

function texts(count: number, word = "text"): string[] {
  return Array.from({ length: count }, (_, i) => `${word} number ${i}`);
}

async function saveAll(store: LongTermStore, all: readonly string[]): Promise<void> {
  await store.save(
    scope,
    all.map((text) => write(text, { text })),
  );
}

/** Expects each text to be found by a vector of the store's own embedder. */
async function expectFound(store: LongTermStore, some: readonly string[]): Promise<void> {
  for (const text of some) {
    const [hit] = await store.search(here, query(text, { mode: "vector", topK: 1 }));
    expect(hit).toMatchObject({ key: text, score: expect.closeTo(1, 3) });
  }
}

describe("going over to another embedder", () => {
  it("is seen by every process: the others search by keyword, save, and never mix their vectors in", async () => {
    const uri = await storeFolder();
    const store = openStore(uri, { embedder: oldEmbedder() });
    await saveAll(store, texts(20));
    await store.flush();
    const other = new StoreProcess(uri, { dimensions: OLD_DIMENSIONS });
    expect(await other.call("count", scope)).toBe(20);
    const embedder = otherEmbedder();
    const progress: ReembedProgress[] = [];
    const onProgress = (each: ReembedProgress): void => void progress.push(each);
    expect(await store.reembed(embedder, { onProgress })).toEqual({ entries: 20 });
    expect(progress.at(-1)).toEqual({ done: 20, total: 20 });
    expect(embedder.asked.toSorted()).toEqual(texts(20).toSorted());
    expect(store.capabilities.vector).toBe(true);
    await expectFound(store, texts(20).slice(0, 3));
    await other.call("save", scope, [write("late", { text: "late autumn" })]);
    const asked = query("autumn", { mode: "vector" });
    await expect(other.call("search", here, asked)).rejects.toMatchObject({
      code: "MEM_EMBEDDING",
      message: expect.stringContaining("reembed"),
    });
    const words = await other.call("search", here, { ...asked, mode: "auto" });
    expect(words.map(({ key }) => key)).toEqual(["late"]);
    await expect(other.call("flush")).rejects.toMatchObject({ code: "MEM_EMBEDDING" });
    expect((await other.call("health")).messages.join()).toContain("1 vectors are pending, since");
    await store.flush();
    await other.call("flush");
    const [hit] = await store.search(here, query("late autumn", { mode: "vector", topK: 1 }));
    expect(hit).toMatchObject({ key: "late", score: expect.closeTo(1, 3) });
    expect(await store.verify()).toEqual({ entries: 21, problems: [] });
    expect(await store.embedder()).toEqual({ model: "other", dimensions: OLD_DIMENSIONS });
    await store.close();
    await expect(openStore(uri, { embedder: oldEmbedder() }).count(scope)).rejects.toMatchObject({
      code: "MEM_EMBEDDING",
      message: expect.stringContaining("reembed"),
    });
    expect(await openStore(uri, { embedder: otherEmbedder() }).count(scope)).toBe(21);
  }, 60_000);

  it("has no use for vectors that another process has made and not written yet", async () => {
    const uri = await storeFolder();
    const store = openStore(uri, { embedder: oldEmbedder() });
    await saveAll(store, texts(5));
    await store.flush();
    // Its clock stands still, so it writes nothing by itself.
    const other = openStore(uri, { embedder: oldEmbedder(), clock: createManualClock() });
    let refuses = true;
    const embedder = otherEmbedder(async (asked) => {
      if (asked.includes("late autumn") && refuses) {
        throw new MemoryError("MEM_EMBEDDING", "not this one", { retryable: false });
      }
      if (!asked.includes("text number 0")) return;
      await saveAll(other, ["late autumn"]);
      await eventually(async () => (await other.stats("acme")).pendingVectors === 0);
    });
    expect(await store.reembed(embedder)).toEqual({ entries: 5 });
    await expect(other.flush()).rejects.toMatchObject({ code: "MEM_EMBEDDING" });
    refuses = false;
    await store.flush();
    await expectFound(store, ["late autumn", "text number 3"]);
    expect(await store.verify()).toEqual({ entries: 6, problems: [] });
  });

  it("goes on where it was killed, and asks for nothing twice", async () => {
    const uri = await storeFolder();
    const store = openStore(uri, { embedder: oldEmbedder() });
    await saveAll(store, texts(TEXTS));
    await store.flush();
    const first = new Child("reembed", uri, "3");
    await first.ended();
    expect(first.errors).toBe("");
    expect(first.lines.length).toBeGreaterThan(0);
    expect(await store.embedder()).toMatchObject({ model: oldEmbedder().model });
    await expectFound(store, texts(TEXTS).slice(-2));
    await saveAll(store, ["saved in between"]);
    const second = new Child("reembed", uri);
    expect([await second.ended(), second.errors]).toEqual([0, ""]);
    const asked = [...first.lines, ...second.lines.slice(0, -1)];
    expect(asked.toSorted()).toEqual(
      [...texts(TEXTS), "saved in between"].map((text) => `asked ${text}`).toSorted(),
    );
    expect(second.lines.at(-1)).toBe(`done ${TEXTS + 1}`);
    await expect(access(locate(uri).reembedding)).rejects.toThrow("ENOENT");
  }, 60_000);

  it("takes along what is saved meanwhile, also texts of several passages", async () => {
    const store = openStore(await storeFolder(), { embedder: oldEmbedder() });
    const long = texts(400, "a long text of many sentences.").join(". ");
    await saveAll(store, texts(10));
    const embedder = otherEmbedder(async (asked) => {
      if (asked.includes("text number 0")) await store.save(scope, [write("long", { text: long })]);
    });
    await store.reembed(embedder);
    await store.flush();
    expect(await store.stats("acme")).toMatchObject({ entries: 11, pendingVectors: 0 });
    const [hit] = await store.search(here, query(long.slice(-300), { mode: "vector", topK: 1 }));
    expect(hit?.key).toBe("long");
    expect(hit?.passage.start).toBeGreaterThan(0);
    expect((await store.verify()).problems).toEqual([]);
  });

  it("begins anew where the vectors that were kept are another embedder's, or torn", async () => {
    const uri = await storeFolder();
    const store = openStore(uri, { embedder: oldEmbedder() });
    await saveAll(store, texts(TEXTS));
    await store.flush();
    const stopped = new AbortController();
    const third = { ...otherEmbedder(() => stopped.abort()), model: "third" };
    const { signal } = stopped;
    await expect(store.reembed(third, { signal })).rejects.toMatchObject({ code: "MEM_ABORTED" });
    const { reembedding } = locate(uri);
    await writeFile(reembedding, "x".repeat(99), { flag: "a" });
    const embedder = otherEmbedder();
    await store.reembed(embedder);
    expect(embedder.asked).toHaveLength(TEXTS);
    await expectFound(store, texts(TEXTS).slice(0, 3));
  });

  it("leaves nothing of what is erased on the way", async () => {
    const uri = await storeFolder();
    const store = openStore(uri, { embedder: oldEmbedder() });
    await saveAll(store, texts(TEXTS));
    const stopped = new AbortController();
    let requests = 0;
    const embedder = otherEmbedder(() => {
      if (++requests === 2) stopped.abort();
    });
    const { signal } = stopped;
    await expect(store.reembed(embedder, { signal })).rejects.toMatchObject({
      code: "MEM_ABORTED",
    });
    expect((await stat(locate(uri).reembedding)).size).toBeGreaterThan(1_000);
    await store.erase({ scope, key: "text number 0" });
    await expect(access(locate(uri).reembedding)).rejects.toThrow("ENOENT");
  });

  it("leaves the troubles of the former one behind", async () => {
    const failing: Embedder = {
      ...oldEmbedder(),
      embed: () => Promise.reject(new MemoryError("MEM_EMBEDDING", "status 503")),
    };
    const store = openStore(await storeFolder(), { embedder: failing });
    await saveAll(store, ["autumn"]);
    expect(await store.search(here, query("autumn", { mode: "auto" }))).toHaveLength(1);
    const searches = expect.stringContaining("searches are by keyword only");
    expect((await store.health()).messages).toContainEqual(searches);
    await store.reembed(otherEmbedder());
    expect(await store.health()).toMatchObject({ status: "ok", messages: [] });
  });

  it("is done by one process at a time", async () => {
    const uri = await storeFolder();
    const store = openStore(uri);
    await saveAll(store, texts(3));
    const second = openStore(uri);
    let refusal: unknown;
    await store.reembed(
      otherEmbedder(async () => {
        refusal = await second.reembed(otherEmbedder()).catch((error: unknown) => error);
      }),
    );
    expect(isMemoryError(refusal, "MEM_LOCKED")).toBe(true);
    expect(await store.reembed(otherEmbedder())).toEqual({ entries: 3 });
  });
});

/** Where a process is killed while it reembeds: at its n-th call of this kind. */
const POINTS: readonly (readonly [string, number])[] = [
  ["fdatasync", 2],
  ["fsync", 2],
  ["fsync", 6],
  ["fsync", 12],
  ["rename", 2],
  ["renameat", 4],
  ["linkat", 2],
  ["linkat", 5],
  ["unlink", 3],
];

describe("a process that dies while it goes over to another embedder", () => {
  it("leaves the vectors of one of the two, wholly", async () => {
    const left = new Set<string>();
    for (const [call, nth] of HAS_STRACE ? POINTS : []) {
      const uri = await storeFolder();
      const made = openStore(uri, { embedder: oldEmbedder() });
      await saveAll(made, texts(30));
      await made.flush();
      await saveAll(made, ["not flushed"]);
      await made.close();
      const kill = `inject=${call}:signal=KILL:when=${nth}`;
      const strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", `trace=${call}`, "-e", kill];
      const child = new Child({ script: "reembed", tracer: strace }, uri);
      await child.ended();
      expect(child.errors).toBe("");
      const plain = openStore(uri);
      const { model = "" } = (await plain.embedder()) ?? {};
      left.add(`${model}${child.lines.some((line) => line.startsWith("done")) ? " done" : ""}`);
      await plain.close();
      const embedder = model === "other" ? otherEmbedder() : oldEmbedder();
      const store = openStore(uri, { embedder });
      await store.flush();
      await expectFound(store, ["text number 0", "text number 29", "not flushed"]);
      expect(await store.verify()).toEqual({ entries: 31, problems: [] });
      const again = otherEmbedder();
      expect(await store.reembed(again)).toEqual({ entries: 31 });
      await expectFound(store, ["text number 7", "not flushed"]);
      await store.close();
    }
    if (HAS_STRACE) expect(left.size).toBeGreaterThan(1);
  }, 180_000);
});
