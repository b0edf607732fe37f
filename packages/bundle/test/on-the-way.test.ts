import { readFile, writeFile } from "node:fs/promises";
import { MemoryError, type LongTermStore } from "@mem/core";
import { describe, expect, it } from "vitest";
import { exportBundle, importBundle, type BundleProgress } from "../src/index.ts";
import { temporaryFolder } from "./folder.ts";
import { ann, portable } from "./samples.ts";

const MANY = Array.from({ length: 3500 }, (_, i) => portable(ann, `key-${i}`));

describe("a bundle on its way", () => {
  it("tells how far it is", async () => {
    await using folder = await temporaryFolder();
    const [from, to] = [folder.store(), folder.store()];
    await from.restore(MANY);
    const told: BundleProgress[] = [];
    const onProgress = (progress: BundleProgress): void => void told.push(progress);
    await exportBundle(from, folder.bundle, { onProgress });
    await importBundle(to, folder.bundle, { onProgress });
    const { length } = await readFile(folder.bundle);
    const last = (phase: string): BundleProgress | undefined =>
      told.findLast((progress) => progress.phase === phase);
    expect(last("export")).toMatchObject({ entries: 3500 });
    expect(last("verify")).toEqual({
      phase: "verify",
      entries: 0,
      bytes: expect.any(Number),
      totalBytes: length,
    });
    const done = last("import")!;
    expect(done).toMatchObject({ entries: 3500 });
    expect(done.bytes).toBe(done.totalBytes);
    expect(told.map(({ phase }) => phase)).toEqual(
      told.map(({ phase }) => phase).toSorted((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b)),
    );
    expect(told.filter(({ phase }) => phase === "import").length).toBeGreaterThan(1);
  });

  it("leaves what was there until it is whole", async () => {
    await using folder = await temporaryFolder();
    const from = folder.store();
    await from.restore(MANY);
    await writeFile(folder.bundle, "the former bundle");
    const controller = new AbortController();
    const onProgress = (): void => controller.abort();
    await expect(
      exportBundle(from, folder.bundle, { onProgress, signal: controller.signal }),
    ).rejects.toMatchObject({ code: "MEM_ABORTED" });
    expect(await readFile(folder.bundle, "utf8")).toBe("the former bundle");
    expect(await folder.names()).toEqual(["memory.jsonl"]);
    await exportBundle(from, folder.bundle);
    expect(await folder.lines()).toHaveLength(3502);
    expect(await folder.names()).toEqual(["memory.jsonl"]);
  });

  it("says that a part is imported where the store fails on the way, and can be imported again", async () => {
    await using folder = await temporaryFolder();
    const [from, to] = [folder.store(), folder.store()];
    await from.restore(MANY);
    await exportBundle(from, folder.bundle);
    const failing = failingAfter(to, 2);
    await expect(importBundle(failing, folder.bundle)).rejects.toMatchObject({
      code: "MEM_CAPACITY",
      outcome: "unknown",
    });
    const count = await to.count(ann);
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(3500);
    expect(await importBundle(to, folder.bundle)).toEqual({ stored: 3500, skipped: 0 });
    expect(await to.count(ann)).toBe(3500);
  });

  it("says that nothing is imported where the store refuses the first of it", async () => {
    await using folder = await temporaryFolder();
    const [from, to] = [folder.store(), folder.store({ maxBytes: 1000 })];
    await from.restore(MANY);
    await exportBundle(from, folder.bundle);
    await expect(importBundle(to, folder.bundle)).rejects.toMatchObject({
      code: "MEM_CAPACITY",
      outcome: "not-applied",
    });
    expect(await to.count(ann)).toBe(0);
  });

  it("stops when the signal fires", async () => {
    await using folder = await temporaryFolder();
    const [from, to] = [folder.store(), folder.store()];
    await from.restore(MANY);
    await exportBundle(from, folder.bundle);
    const signal = AbortSignal.abort();
    for (const call of [
      () => exportBundle(from, folder.path("other.jsonl"), { signal }),
      () => importBundle(to, folder.bundle, { signal }),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: "MEM_ABORTED", outcome: "not-applied" });
    }
    const controller = new AbortController();
    const onProgress = (): void => controller.abort();
    await expect(
      importBundle(to, folder.bundle, { onProgress, signal: controller.signal }),
    ).rejects.toMatchObject({ code: "MEM_ABORTED" });
    expect(await to.count(ann)).toBe(0);
  });

  it("keeps few entries in memory, however many it holds", async () => {
    await using folder = await temporaryFolder();
    const from = folder.store();
    await from.restore(Array.from({ length: 9500 }, (_, i) => portable(ann, `key-${i}`)));
    await exportBundle(from, folder.bundle);
    let waiting = 0;
    let most = 0;
    const slow: LongTermStore = Object.create(from, {
      restore: {
        value: async (entries: readonly unknown[]) => {
          waiting += entries.length;
          most = Math.max(most, waiting);
          await new Promise((resolve) => setImmediate(resolve));
          waiting -= entries.length;
          return { stored: entries.length, skipped: 0 };
        },
      },
    }) as LongTermStore;
    await importBundle(slow, folder.bundle);
    expect(most).toBeGreaterThan(1000);
    expect(most).toBeLessThanOrEqual(4000);
  });
});

describe("what is no bundle", () => {
  it.each<[string, unknown, string]>([
    ["a path that is none", "", "MEM_INVALID_ARGUMENT"],
    ["a file that is not there", "missing.jsonl", "MEM_NOT_FOUND"],
    ["a folder", ".", "MEM_INVALID_ARGUMENT"],
  ])("%s is refused", async (_, name, code) => {
    await using folder = await temporaryFolder();
    const path = name === "" ? "" : folder.path(name as string);
    await expect(importBundle(folder.store(), path)).rejects.toMatchObject({ code });
  });

  it("cannot be written into a folder that is not there", async () => {
    await using folder = await temporaryFolder();
    await expect(
      exportBundle(folder.store(), folder.path("none/memory.jsonl")),
    ).rejects.toMatchObject({ code: "MEM_NOT_FOUND" });
  });

  it.each([{ ifExist: "skip" }, { onProgress: "yes" }, null])(
    "nor are options: %j",
    async (options) => {
      await using folder = await temporaryFolder();
      await exportBundle(folder.store(), folder.bundle);
      await expect(
        importBundle(folder.store(), folder.bundle, options as never),
      ).rejects.toMatchObject({ code: "MEM_INVALID_ARGUMENT" });
    },
  );
});

const ORDER = ["export", "verify", "import"];

/** A store whose disk is full after a few batches. */
function failingAfter(store: LongTermStore, batches: number): LongTermStore {
  let left = batches;
  return Object.create(store, {
    restore: {
      value: async (...args: Parameters<LongTermStore["restore"]>) => {
        left -= 1;
        if (left < 0) throw new MemoryError("MEM_CAPACITY", "the disk is full");
        return store.restore(...args);
      },
    },
  }) as LongTermStore;
}
