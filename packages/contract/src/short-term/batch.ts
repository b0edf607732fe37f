import { describe, expect, it } from "vitest";
import type { Opened } from "./harness.ts";
import { saveOne, valueOf, write, WRITER } from "./samples.ts";

export function handlesBatches(open: Opened): void {
  describe("batches", () => {
    it("returns entries in the order of the keys, undefined for those that are missing", async () => {
      const { backend } = await open();
      await backend.save(WRITER, [write("a"), write("b"), write("c")]);
      const entries = await backend.get(WRITER, ["c", "x", "a", "y", "b"]);
      expect(entries.map((entry) => entry?.value)).toEqual(["c", undefined, "a", undefined, "b"]);
      expect(entries.map((entry) => entry?.key)).toEqual(["c", undefined, "a", undefined, "b"]);
    });

    it("answers each write in order; a condition that is not met stops no other", async () => {
      const { backend } = await open();
      const a = await saveOne(backend, WRITER, write("a", 1));
      const b = await saveOne(backend, WRITER, write("b", 1));
      const results = await backend.save(WRITER, [
        write("z", 2),
        write("a", 2, { ifAbsent: true }),
        write("b", 2, { ifVersion: b }),
        write("c", 2, { ifVersion: b }),
        write("d", 2, { ifAbsent: true }),
      ]);
      expect(results).toEqual([
        { stored: true, version: expect.any(String) },
        { stored: false, version: a },
        { stored: true, version: expect.any(String) },
        { stored: false },
        { stored: true, version: expect.any(String) },
      ]);
      const values = (await backend.get(WRITER, ["a", "b", "c", "d", "z"])).map(
        (entry) => entry?.value,
      );
      expect(values).toEqual([1, 2, undefined, 2, 2]);
    });

    it("gives every write of a batch its own version", async () => {
      const { backend } = await open();
      const results = await backend.save(WRITER, [write("a"), write("b"), write("c")]);
      expect(new Set(results.map((result) => result.version)).size).toBe(3);
    });

    it("deletes each in order, ifVersion judged one by one", async () => {
      const { backend } = await open();
      const [a, b] = await backend.save(WRITER, [write("a"), write("b"), write("c")]);
      const deleted = await backend.delete(WRITER, [
        { key: "c" },
        { key: "x" },
        { key: "a", ifVersion: b!.version! },
        { key: "b", ifVersion: b!.version! },
      ]);
      expect(deleted).toEqual([true, false, false, true]);
      expect(await backend.count(WRITER)).toBe(1);
      expect((await backend.get(WRITER, ["a"]))[0]?.version).toBe(a!.version);
    });

    it("answers an empty batch with nothing", async () => {
      const { backend } = await open();
      expect(await backend.get(WRITER, [])).toEqual([]);
      expect(await backend.save(WRITER, [])).toEqual([]);
      expect(await backend.delete(WRITER, [])).toEqual([]);
      expect(await backend.count(WRITER)).toBe(0);
    });

    it("handles 2,000 entries at once", async () => {
      const { backend } = await open();
      const keys = Array.from({ length: 2000 }, (_, i) => `key ${i}`);
      const results = await backend.save(
        WRITER,
        keys.map((key) => write(key, { key })),
      );
      expect(results.every((result) => result.stored)).toBe(true);
      expect(await backend.count(WRITER)).toBe(2000);
      const entries = await backend.get(WRITER, keys);
      expect(entries.map((entry) => entry?.value)).toEqual(keys.map((key) => ({ key })));
      const deleted = await backend.delete(
        WRITER,
        keys.map((key) => ({ key })),
      );
      expect(deleted.every(Boolean)).toBe(true);
      expect(await valueOf(backend, WRITER, "key 1")).toBeUndefined();
    });
  });
}
