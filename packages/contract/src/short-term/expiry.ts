import { describe, expect, it } from "vitest";
import type { Opened } from "./harness.ts";
import { getOne, listedKeys, saveOne, valueOf, write, WRITER } from "./samples.ts";

const MINUTE = 60_000;

export function expiresEntries(open: Opened): void {
  describe("expiry", () => {
    it("says when an entry expires: ttlMs after it was written", async () => {
      const { backend } = await open();
      await saveOne(backend, WRITER, write("plan", 1, { ttlMs: 90_000 }));
      const entry = await getOne(backend, WRITER, "plan");
      expect(entry?.expiresAt).toBe(entry!.updatedAt + 90_000);
    });

    it("never returns an expired entry", async () => {
      const { backend, advance } = await open();
      await backend.save(WRITER, [
        write("gone", 1, { ttlMs: MINUTE }),
        write("stays", 2, { ttlMs: 10 * MINUTE }),
        write("for ever", 3),
      ]);
      await advance(MINUTE);
      const [gone, stays, forever] = await backend.get(WRITER, ["gone", "stays", "for ever"]);
      expect(gone).toBeUndefined();
      expect(stays?.value).toBe(2);
      expect(forever?.value).toBe(3);
    });

    it("never counts an expired entry", async () => {
      const { backend, advance } = await open();
      await backend.save(WRITER, [
        write("a", 1, { ttlMs: MINUTE }),
        write("b"),
        write("c", 1, { ttlMs: MINUTE }),
      ]);
      await advance(MINUTE);
      expect(await backend.count(WRITER)).toBe(1);
      expect((await backend.stats("acme")).entries).toBe(1);
    });

    it("never lists an expired entry", async () => {
      const { backend, advance } = await open();
      await backend.save(WRITER, [
        write("a", 1, { ttlMs: MINUTE }),
        write("b"),
        write("c", 1, { ttlMs: MINUTE }),
      ]);
      expect(await listedKeys(backend, WRITER)).toEqual(["a", "b", "c"]);
      await advance(MINUTE);
      expect(await listedKeys(backend, WRITER)).toEqual(["b"]);
    });

    it("never deletes or clears an expired entry again", async () => {
      const { backend, advance } = await open();
      await backend.save(WRITER, [
        write("a", 1, { ttlMs: MINUTE }),
        write("b", 1, { ttlMs: MINUTE }),
        write("c"),
      ]);
      await advance(MINUTE);
      expect(await backend.delete(WRITER, [{ key: "a" }])).toEqual([false]);
      expect(await backend.clear(WRITER)).toBe(1);
    });

    it("treats an expired entry as absent when it judges conditions", async () => {
      const { backend, advance } = await open();
      const version = await saveOne(backend, WRITER, write("a", 1, { ttlMs: MINUTE }));
      const before = await getOne(backend, WRITER, "a");
      await advance(MINUTE);
      expect(await backend.save(WRITER, [write("a", 2, { ifVersion: version })])).toEqual([
        { stored: false },
      ]);
      const renewed = await saveOne(backend, WRITER, write("a", 3, { ifAbsent: true }));
      expect(renewed).not.toBe(version);
      expect((await getOne(backend, WRITER, "a"))!.createdAt).toBeGreaterThan(before!.createdAt);
    });

    it("keeps what takes the place of an expired entry for its own time", async () => {
      const { backend, advance } = await open();
      await saveOne(backend, WRITER, write("a", 1, { ttlMs: 1500 }));
      await advance(1500);
      await saveOne(backend, WRITER, write("a", 2));
      await advance(MINUTE);
      expect(await valueOf(backend, WRITER, "a")).toBe(2);
      expect(await backend.count(WRITER)).toBe(1);
    });

    it("forgets the operation that made an entry when the entry expires", async () => {
      const { backend, advance } = await open();
      await saveOne(backend, WRITER, write("a", 1, { ttlMs: MINUTE, opId: "op-1" }));
      await advance(MINUTE);
      await saveOne(backend, WRITER, write("a", 2, { opId: "op-1" }));
      expect(await valueOf(backend, WRITER, "a")).toBe(2);
    });

    it("expires 5,000 entries at their own times", async () => {
      const { backend, advance } = await open();
      const writes = Array.from({ length: 5000 }, (_, i) =>
        write(`k${i}`, i, { ttlMs: MINUTE + (i % 5) * MINUTE }),
      );
      await backend.save(WRITER, writes);
      const counts: number[] = [];
      for (let minute = 0; minute <= 5; minute++) {
        counts.push(await backend.count(WRITER));
        await advance(MINUTE);
      }
      expect(counts).toEqual([5000, 4000, 3000, 2000, 1000, 0]);
    });
  });
}
