import { describe, expect, it } from "vitest";
import type { Opened } from "./harness.ts";
import { EDITOR, getOne, saveOne, valueOf, write, WRITER } from "./samples.ts";

export function recognisesOperations(open: Opened): void {
  describe("operation ids", () => {
    it("answers a repeated operation as it was and changes nothing", async () => {
      const { backend, advance } = await open();
      const version = await saveOne(
        backend,
        WRITER,
        write("plan", 1, { opId: "op-1", ttlMs: 60_000 }),
      );
      const before = await getOne(backend, WRITER, "plan");
      await advance(1000);
      expect(
        await backend.save(WRITER, [write("plan", 2, { opId: "op-1", ttlMs: 60_000 })]),
      ).toEqual([{ stored: true, version }]);
      expect(await getOne(backend, WRITER, "plan")).toEqual(before);
    });

    it("recognises an operation also when its condition is no longer met", async () => {
      const { backend } = await open();
      const created = await saveOne(
        backend,
        WRITER,
        write("plan", 1, { opId: "create", ifAbsent: true }),
      );
      expect(
        await backend.save(WRITER, [write("plan", 1, { opId: "create", ifAbsent: true })]),
      ).toEqual([{ stored: true, version: created }]);
      const update = write("plan", 2, { opId: "update", ifVersion: created });
      const updated = await saveOne(backend, WRITER, { ...update });
      expect(await backend.save(WRITER, [{ ...update }])).toEqual([
        { stored: true, version: updated },
      ]);
      expect(await getOne(backend, WRITER, "plan")).toMatchObject({ value: 2, version: updated });
    });

    it("does not recognise an operation whose entry was replaced: its condition decides", async () => {
      const { backend } = await open();
      await saveOne(backend, WRITER, write("plan", 1, { opId: "create", ifAbsent: true }));
      const current = await saveOne(backend, WRITER, write("plan", 2));
      expect(
        await backend.save(WRITER, [write("plan", 1, { opId: "create", ifAbsent: true })]),
      ).toEqual([{ stored: false, version: current }]);
      expect(await valueOf(backend, WRITER, "plan")).toBe(2);
    });

    it("does not recognise the operation of an entry that was deleted", async () => {
      const { backend } = await open();
      await saveOne(backend, WRITER, write("plan", 1, { opId: "op-1" }));
      await backend.delete(WRITER, [{ key: "plan" }]);
      await saveOne(backend, WRITER, write("plan", 2, { opId: "op-1" }));
      expect(await valueOf(backend, WRITER, "plan")).toBe(2);
    });

    it("tells the same id apart on another key and in another scope", async () => {
      const { backend } = await open();
      const versions = [
        await saveOne(backend, WRITER, write("plan", 1, { opId: "op-1" })),
        await saveOne(backend, WRITER, write("brief", 2, { opId: "op-1" })),
        await saveOne(backend, EDITOR, write("plan", 3, { opId: "op-1" })),
      ];
      expect(new Set(versions).size).toBe(3);
      expect(await valueOf(backend, WRITER, "brief")).toBe(2);
      expect(await valueOf(backend, EDITOR, "plan")).toBe(3);
    });

    it("applies an operation sent ten times at once exactly once", async () => {
      const { backend } = await open();
      const results = await Promise.all(
        Array.from({ length: 10 }, () =>
          backend.save(WRITER, [write("plan", "once", { opId: "op-1", ifAbsent: true })]),
        ),
      );
      expect(results.flat().every((result) => result.stored)).toBe(true);
      expect(new Set(results.flat().map((result) => result.version)).size).toBe(1);
    });
  });
}
