import { describe, expect, it } from "vitest";
import type { Opened } from "./harness.ts";
import { EDITOR, getOne, saveOne, valueOf, write, WRITER } from "./samples.ts";

export function readsAndWrites(open: Opened): void {
  describe("reading and writing", () => {
    it("returns what was saved, with version and times", async () => {
      const { backend } = await open();
      const version = await saveOne(backend, WRITER, write("plan", { steps: [1, 2] }));
      const entry = await getOne(backend, WRITER, "plan");
      expect(entry).toEqual({
        key: "plan",
        value: { steps: [1, 2] },
        version,
        createdAt: expect.any(Number),
        updatedAt: entry?.createdAt,
        source: "agent",
      });
    });

    it("keeps metadata, subject, source and derivedFrom", async () => {
      const { backend } = await open();
      const about = {
        metadata: { channel: "email", tags: ["a", "b"], score: 0.5, nested: { deep: null } },
        subject: "customer:42",
        source: "promotion",
        derivedFrom: ["long_term:acme::writer:plan"],
      } as const;
      await saveOne(
        backend,
        WRITER,
        write("plan", 1, { ...about, metadata: structuredClone(about.metadata) as never }),
      );
      expect(await getOne(backend, WRITER, "plan")).toMatchObject(about);
    });

    it("returns undefined for what is not there", async () => {
      const { backend } = await open();
      expect(await backend.get(WRITER, ["plan"])).toEqual([undefined]);
    });

    it("replaces an entry whole: what the new one does not have is gone", async () => {
      const { backend } = await open();
      await saveOne(
        backend,
        WRITER,
        write("plan", 1, { metadata: { a: 1 }, subject: "x", ttlMs: 60_000 }),
      );
      await saveOne(backend, WRITER, write("plan", 2));
      const entry = await getOne(backend, WRITER, "plan");
      expect(Object.keys(entry ?? {}).toSorted()).toEqual([
        "createdAt",
        "key",
        "source",
        "updatedAt",
        "value",
        "version",
      ]);
      expect(entry?.value).toBe(2);
    });

    it("keeps createdAt when it replaces, and moves updatedAt on", async () => {
      const { backend, advance } = await open();
      await saveOne(backend, WRITER, write("plan", 1));
      const first = await getOne(backend, WRITER, "plan");
      await advance(5000);
      await saveOne(backend, WRITER, write("plan", 2));
      const second = await getOne(backend, WRITER, "plan");
      expect(second?.createdAt).toBe(first?.createdAt);
      expect(second!.updatedAt - first!.updatedAt).toBeGreaterThanOrEqual(5000);
    });

    it("gives an entry that comes back after a delete a new createdAt", async () => {
      const { backend, advance } = await open();
      await saveOne(backend, WRITER, write("plan", 1));
      const first = await getOne(backend, WRITER, "plan");
      await backend.delete(WRITER, [{ key: "plan" }]);
      await advance(5000);
      await saveOne(backend, WRITER, write("plan", 2));
      const second = await getOne(backend, WRITER, "plan");
      expect(second!.createdAt - first!.createdAt).toBeGreaterThanOrEqual(5000);
    });

    it("stamps entries with the same time as the rest of the world, to the minute", async () => {
      const { backend, advance } = await open();
      await saveOne(backend, WRITER, write("a"));
      await advance(3_600_000);
      await saveOne(backend, WRITER, write("b"));
      const [a, b] = await backend.get(WRITER, ["a", "b"]);
      expect(Number.isInteger(a?.createdAt)).toBe(true);
      expect(b!.createdAt - a!.createdAt).toBeGreaterThanOrEqual(3_600_000);
      expect(b!.createdAt - a!.createdAt).toBeLessThan(3_660_000);
    });

    it("deletes: true where an entry was, false where none was", async () => {
      const { backend } = await open();
      await saveOne(backend, WRITER, write("plan"));
      expect(await backend.delete(WRITER, [{ key: "plan" }])).toEqual([true]);
      expect(await backend.delete(WRITER, [{ key: "plan" }])).toEqual([false]);
      expect(await valueOf(backend, WRITER, "plan")).toBeUndefined();
    });

    it("counts the entries of a scope", async () => {
      const { backend } = await open();
      expect(await backend.count(WRITER)).toBe(0);
      await backend.save(WRITER, [write("a"), write("b")]);
      await backend.save(WRITER, [write("b"), write("c")]);
      expect(await backend.count(WRITER)).toBe(3);
      await backend.delete(WRITER, [{ key: "a" }, { key: "never was" }]);
      expect(await backend.count(WRITER)).toBe(2);
    });

    it("clears a scope, says how many there were, and can be filled again", async () => {
      const { backend } = await open();
      await backend.save(WRITER, [write("a"), write("b", 1, { ttlMs: 60_000 }), write("c")]);
      await backend.save(EDITOR, [write("a")]);
      expect(await backend.clear(WRITER)).toBe(3);
      expect(await backend.clear(WRITER)).toBe(0);
      expect(await backend.count(WRITER)).toBe(0);
      expect(await backend.get(WRITER, ["a", "b", "c"])).toEqual([undefined, undefined, undefined]);
      expect(await backend.count(EDITOR)).toBe(1);
      await saveOne(backend, WRITER, write("a", "again"));
      expect(await valueOf(backend, WRITER, "a")).toBe("again");
    });

    it("applies saves in the order of the calls, also where nobody waits between them", async () => {
      const { backend } = await open();
      const values = Array.from({ length: 20 }, (_, i) => i);
      await Promise.all(values.map((value) => backend.save(WRITER, [write("plan", value)])));
      expect(await valueOf(backend, WRITER, "plan")).toBe(19);
    });

    it("applies saves in the order of the calls, however long each of them is to live", async () => {
      const { backend } = await open();
      await saveOne(backend, WRITER, write("plan", "first", { ttlMs: 60_000 }));
      const lives = [null, 60_000, 86_400_000, null, 60_000];
      await Promise.all(
        lives.map((ttlMs, i) => backend.save(WRITER, [write("plan", i, { ttlMs })])),
      );
      expect(await valueOf(backend, WRITER, "plan")).toBe(lives.length - 1);
    });
  });
}
