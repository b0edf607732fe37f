import { describe, expect, it } from "vitest";
import type { Opened } from "./harness.ts";
import { EDITOR, getOne, saveOne, valueOf, write, WRITER } from "./samples.ts";

const MINUTE = 60_000;

export function keepsVersions(open: Opened): void {
  describe("versions", () => {
    it("gives every write a version of its own, never used before", async () => {
      const { backend, advance } = await open();
      const versions: string[] = [];
      const save = async (scope = WRITER): Promise<void> => {
        versions.push(await saveOne(backend, scope, write("plan", 1, { ttlMs: MINUTE })));
      };
      for (let i = 0; i < 20; i++) await save();
      await save(EDITOR);
      await backend.delete(WRITER, [{ key: "plan" }]);
      await save();
      await backend.clear(WRITER);
      await save();
      await advance(MINUTE);
      await save();
      expect(new Set(versions).size).toBe(versions.length);
      expect(versions).not.toContain("");
    });

    it("returns the version that the write was answered with", async () => {
      const { backend } = await open();
      const version = await saveOne(backend, WRITER, write("plan"));
      expect((await getOne(backend, WRITER, "plan"))?.version).toBe(version);
    });

    it("stores on ifVersion only while that version is the current one", async () => {
      const { backend } = await open();
      const first = await saveOne(backend, WRITER, write("plan", 1));
      const second = await saveOne(backend, WRITER, write("plan", 2, { ifVersion: first }));
      expect(await backend.save(WRITER, [write("plan", 3, { ifVersion: first })])).toEqual([
        { stored: false, version: second },
      ]);
      expect(await getOne(backend, WRITER, "plan")).toMatchObject({ value: 2, version: second });
    });

    it("does not store on ifVersion where there is no entry", async () => {
      const { backend } = await open();
      const version = await saveOne(backend, WRITER, write("plan", 1));
      await backend.delete(WRITER, [{ key: "plan" }]);
      const writes = [
        write("plan", 2, { ifVersion: version }),
        write("never", 2, { ifVersion: version }),
      ];
      expect(await backend.save(WRITER, writes)).toEqual([{ stored: false }, { stored: false }]);
      expect(await backend.count(WRITER)).toBe(0);
    });

    it.each(["", "0", "nonsense", "💥", "1:2"])(
      "does not take %j for a version",
      async (ifVersion) => {
        const { backend } = await open();
        const version = await saveOne(backend, WRITER, write("plan", 1));
        expect(await backend.save(WRITER, [write("plan", 2, { ifVersion })])).toEqual([
          { stored: false, version },
        ]);
        expect(await backend.delete(WRITER, [{ key: "plan", ifVersion }])).toEqual([false]);
        expect(await valueOf(backend, WRITER, "plan")).toBe(1);
      },
    );

    it("does not take the version of another entry", async () => {
      const { backend } = await open();
      const plan = await saveOne(backend, WRITER, write("plan", 1));
      const brief = await saveOne(backend, WRITER, write("brief", 1));
      expect(await backend.save(WRITER, [write("brief", 2, { ifVersion: plan })])).toEqual([
        { stored: false, version: brief },
      ]);
    });

    it("stores on ifAbsent only where there is no entry", async () => {
      const { backend } = await open();
      const version = await saveOne(backend, WRITER, write("plan", 1, { ifAbsent: true }));
      expect(await backend.save(WRITER, [write("plan", 2, { ifAbsent: true })])).toEqual([
        { stored: false, version },
      ]);
      expect(await valueOf(backend, WRITER, "plan")).toBe(1);
      await backend.delete(WRITER, [{ key: "plan" }]);
      await saveOne(backend, WRITER, write("plan", 3, { ifAbsent: true }));
      expect(await valueOf(backend, WRITER, "plan")).toBe(3);
    });

    it("lets exactly one of many win that save ifAbsent at once", async () => {
      const { backend } = await open();
      const results = await Promise.all(
        Array.from({ length: 30 }, (_, i) =>
          backend.save(WRITER, [write("plan", i, { ifAbsent: true })]),
        ),
      );
      const winners = results.flat().flatMap((result, i) => (result.stored ? [i] : []));
      expect(winners).toHaveLength(1);
      expect(await valueOf(backend, WRITER, "plan")).toBe(winners[0]);
      expect(new Set(results.flat().map((result) => result.version)).size).toBe(1);
    });

    it("ends 8 writers with 25 increments each at 200", async () => {
      const { backend } = await open();
      await saveOne(backend, WRITER, write("counter", 0));
      const increment = async (): Promise<boolean> => {
        const entry = await getOne(backend, WRITER, "counter");
        const next = write("counter", Number(entry?.value) + 1, { ifVersion: entry!.version });
        const [result] = await backend.save(WRITER, [next]);
        return result?.stored === true;
      };
      const writer = async (): Promise<void> => {
        // One of them succeeds in each round, so nobody needs more tries than there are increments.
        for (let done = 0, tries = 0; done < 25 && tries <= 200; tries++) {
          if (await increment()) done++;
        }
      };
      await Promise.all(Array.from({ length: 8 }, writer));
      expect(await valueOf(backend, WRITER, "counter")).toBe(200);
    });

    it("deletes on ifVersion only that version", async () => {
      const { backend } = await open();
      const first = await saveOne(backend, WRITER, write("plan", 1));
      const second = await saveOne(backend, WRITER, write("plan", 2));
      expect(await backend.delete(WRITER, [{ key: "plan", ifVersion: first }])).toEqual([false]);
      expect(await valueOf(backend, WRITER, "plan")).toBe(2);
      expect(await backend.delete(WRITER, [{ key: "plan", ifVersion: second }])).toEqual([true]);
      expect(await valueOf(backend, WRITER, "plan")).toBeUndefined();
    });
  });
}
