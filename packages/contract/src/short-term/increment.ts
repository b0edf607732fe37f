import { describe, expect, it } from "vitest";
import { NASTY_IDS } from "../nasty-ids.ts";
import type { Opened } from "./harness.ts";
import { add, EDITOR, getOne, listedKeys, saveOne, write, WRITER } from "./samples.ts";
import { LAUNCH, LAUNCH_WRITER, startWorkflow } from "./workflow-samples.ts";

const MINUTE = 60_000;

export function countsNumbers(open: Opened): void {
  describe("increment", () => {
    it("counts from 0 where there is nothing", async () => {
      const { backend } = await open();
      const counted = await add(backend, 5);
      expect(counted).toEqual({ value: 5, version: expect.any(String) });
      const entry = await getOne(backend, WRITER, "hits");
      expect(entry).toEqual({
        key: "hits",
        ...counted,
        createdAt: expect.any(Number),
        updatedAt: entry?.createdAt,
        source: "agent",
      });
    });

    it("keeps what the entry was about, and when it was made", async () => {
      const { backend, advance } = await open();
      const about = {
        metadata: { channel: "email", tags: ["a"] },
        subject: "customer:42",
        source: "promotion",
        derivedFrom: ["long_term:acme::writer:plan"],
      } as const;
      const metadata = structuredClone(about.metadata) as never;
      await saveOne(backend, WRITER, write("hits", 1, { ...about, metadata }));
      const before = await getOne(backend, WRITER, "hits");
      await advance(5000);
      const counted = await add(backend, 1);
      const after = await getOne(backend, WRITER, "hits");
      expect(after).toEqual({ ...before, ...counted, updatedAt: after?.updatedAt });
      expect(after!.updatedAt - before!.updatedAt).toBeGreaterThanOrEqual(5000);
    });

    it("keeps the life of an entry that is there, whatever ttlMs says", async () => {
      const { backend, advance } = await open();
      await backend.save(WRITER, [write("minute", 1, { ttlMs: MINUTE }), write("for ever", 1)]);
      const minute = await getOne(backend, WRITER, "minute");
      await advance(MINUTE / 2);
      for (const ttlMs of [10 * MINUTE, null, 1000]) {
        for (const key of ["minute", "for ever"]) await add(backend, 1, { key, ttlMs });
      }
      const [one, other] = await backend.get(WRITER, ["minute", "for ever"]);
      expect(one).toMatchObject({ value: 4, expiresAt: minute?.expiresAt });
      expect(other).toMatchObject({ value: 4 });
      expect(other).not.toHaveProperty("expiresAt");
    });

    it("makes an entry that lives for ttlMs", async () => {
      const { backend } = await open();
      await add(backend, 1, { ttlMs: MINUTE });
      const entry = await getOne(backend, WRITER, "hits");
      expect(entry?.expiresAt).toBe(entry!.updatedAt + MINUTE);
    });

    it("makes an entry that lives as long as its session", async () => {
      const { backend } = await open();
      const { expiresAt } = await startWorkflow(backend);
      await add(backend, 1, { ttlMs: "session" }, LAUNCH_WRITER);
      expect((await getOne(backend, LAUNCH_WRITER, "hits"))?.expiresAt).toBe(expiresAt);
      expect(await backend.endWorkflow(LAUNCH, {})).toMatchObject({ entries: 1 });
      expect(await backend.count(LAUNCH_WRITER)).toBe(0);
    });

    it("gives every sum a version of its own, and the one before no longer fits", async () => {
      const { backend } = await open();
      const saved = await saveOne(backend, WRITER, write("hits", 1));
      const first = await add(backend, 1);
      const second = await add(backend, 0);
      expect(new Set([saved, first.version, second.version]).size).toBe(3);
      for (const ifVersion of [saved, first.version]) {
        const [result] = await backend.save(WRITER, [write("hits", 9, { ifVersion })]);
        expect(result).toEqual({ stored: false, version: second.version });
      }
      await saveOne(backend, WRITER, write("hits", 9, { ifVersion: second.version }));
      expect(await add(backend, 1)).toMatchObject({ value: 10 });
    });

    it("is an entry like any other: listed, counted, deleted and cleared", async () => {
      const { backend } = await open();
      for (const key of ["b", "a", "c"]) await add(backend, 1, { key });
      expect(await listedKeys(backend, WRITER)).toEqual(["a", "b", "c"]);
      expect(await backend.count(WRITER)).toBe(3);
      expect(await backend.stats("acme")).toEqual({ entries: 3, workflows: 0 });
      expect(await backend.delete(WRITER, [{ key: "a" }])).toEqual([true]);
      expect(await backend.clear(WRITER)).toBe(2);
      expect(await add(backend, 1, { key: "a" })).toMatchObject({ value: 1 });
    });

    it("counts apart by key and scope, whatever their names", async () => {
      const { backend } = await open();
      for (const scope of [WRITER, EDITOR, LAUNCH, LAUNCH_WRITER]) {
        const values = [];
        for (const [i, key] of NASTY_IDS.entries())
          values.push((await add(backend, i, { key }, scope)).value);
        expect(values).toEqual(NASTY_IDS.map((_, i) => i));
        const entries = await backend.get(scope, NASTY_IDS);
        expect(entries.map((entry) => entry?.value)).toEqual(values);
      }
    });
  });
}
