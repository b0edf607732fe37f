import { rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { smallDisk } from "./disk.ts";
import { openStore, scope, storeFolder, write } from "./fixtures.ts";
import { Child } from "./child-process.ts";
import { oldEmbedder, otherEmbedder } from "./other-embedder.ts";

describe("a full disk", () => {
  it("refuses saves, keeps what was acknowledged, and works again when there is room", async () => {
    const disk = await smallDisk();
    if (disk === undefined) return;
    const uri = join(disk, "store");
    const store = openStore(uri);
    await store.save(scope, [write("first", { value: 0 })]);
    const ballast = join(disk, "ballast");
    for (let cycle = 0; cycle < 3; cycle++) {
      const { bavail, bsize } = await statfs(disk);
      await writeFile(ballast, Buffer.alloc(bavail * bsize - 600_000));
      let stored = 0;
      const value = "x".repeat(50_000);
      for (;;) {
        try {
          await store.save(scope, [write(`key-${stored}`, { value })]);
          stored++;
        } catch (error) {
          expect(error).toMatchObject({ code: "MEM_CAPACITY", outcome: "not-applied" });
          break;
        }
      }
      expect(stored).toBeGreaterThan(2);
      expect(await store.count(scope)).toBe(stored + 1);
      expect(await store.get(scope, ["key-1"])).toMatchObject([{ value }]);
      await expect(store.flush()).rejects.toMatchObject({ code: "MEM_CAPACITY" });
      await rm(ballast);
      await store.save(scope, [write("again", { value: cycle })]);
      await store.clear(scope);
      await store.save(scope, [write("first", { value: 0 })]);
      await store.flush();
      expect(await store.count(scope)).toBe(1);
      expect(await store.verify()).toMatchObject({ entries: 1 });
    }
    await store.close();
    expect(await openStore(uri).get(scope, ["first"])).toMatchObject([{ value: 0 }]);
  }, 60_000);

  it("of a quota for files leaves no half entry behind", async () => {
    const uri = await storeFolder();
    const limited = ["sh", "-c", 'ulimit -f 200; exec "$0" "$@"'];
    const child = new Child({ script: "save-until-refused", tracer: limited }, uri);
    expect([await child.ended(), child.errors]).toEqual([0, ""]);
    const saved = child.lines.filter((line) => line.startsWith("saved"));
    expect(saved.length).toBeGreaterThan(2);
    expect(child.lines.at(-1)).toBe("MEM_CAPACITY not-applied");
    const store = openStore(uri);
    expect(await store.count(scope)).toBe(saved.length);
    await store.save(scope, [write("after", { value: 1 })]);
    expect(await store.count(scope)).toBe(saved.length + 1);
  }, 60_000);

  it("keeps the embedder that there is when there is no room for another one's vectors", async () => {
    const disk = await smallDisk();
    if (disk === undefined) return;
    const store = openStore(join(disk, "store"), { embedder: oldEmbedder() });
    const texts = Array.from({ length: 2_000 }, (_, i) => `text ${i}`);
    await store.save(
      scope,
      texts.map((text) => write(text, { text })),
    );
    await store.flush();
    const ballast = join(disk, "ballast");
    const { bavail, bsize } = await statfs(disk);
    await writeFile(ballast, Buffer.alloc(bavail * bsize - 50_000));
    const full = { code: "MEM_CAPACITY", outcome: "not-applied" };
    await expect(store.reembed(otherEmbedder())).rejects.toMatchObject(full);
    expect(await store.embedder()).toMatchObject({ model: oldEmbedder().model });
    await rm(ballast);
    const embedder = otherEmbedder();
    expect(await store.reembed(embedder)).toEqual({ entries: texts.length });
    expect(embedder.asked.length).toBeLessThan(texts.length);
    expect(await store.verify()).toEqual({ entries: texts.length, problems: [] });
  });
});
