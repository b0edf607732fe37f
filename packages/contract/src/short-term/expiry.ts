import type { ShortTermBackend } from "@mem/core";
import { describe, expect, it } from "vitest";
import type { Opened } from "./harness.ts";
import { getOne, listedKeys, saveOne, valueOf, write, WRITER } from "./samples.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;

const LIFETIMES = [
  { label: "a hundredth of a second", ttlMs: 10 },
  { label: "just under a second", ttlMs: 999 },
  { label: "a second", ttlMs: 1000 },
  { label: "just over a second", ttlMs: 1001 },
  { label: "a minute and a bit", ttlMs: 61_234 },
  { label: "a day", ttlMs: DAY },
  { label: "2^31 ms, which is too long for a timer", ttlMs: 2 ** 31 },
  { label: "thirty days", ttlMs: 30 * DAY },
  { label: "ten years", ttlMs: 3652 * DAY },
];

export function expiresEntries(open: Opened): void {
  describe("expiry", () => {
    it("says when an entry expires: ttlMs after it was written", async () => {
      const { backend } = await open();
      await saveOne(backend, WRITER, write("plan", 1, { ttlMs: 90_000 }));
      const entry = await getOne(backend, WRITER, "plan");
      expect(entry?.expiresAt).toBe(entry!.updatedAt + 90_000);
    });

    describe.each(LIFETIMES)("after $label", ({ ttlMs }) => {
      it.each([
        { edge: -1, state: "still there", when: "1 ms before" },
        { edge: 0, state: "gone", when: "at the very moment" },
        { edge: 1, state: "gone", when: "1 ms after" },
      ])("an entry is $state $when", async ({ edge, state }) => {
        const harness = await open();
        const entry = await readAt(harness, ttlMs, edge);
        expect(entry === undefined ? "gone" : "still there").toBe(state);
      });
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

    it("keeps an entry without a ttl for ever", async () => {
      const { backend, advance } = await open();
      await saveOne(backend, WRITER, write("plan", 1, { ttlMs: null }));
      await advance(100 * 365 * DAY);
      const entry = await getOne(backend, WRITER, "plan");
      expect(entry?.value).toBe(1);
      expect(entry).not.toHaveProperty("expiresAt");
    });

    it("sets the ttl anew with every plain save", async () => {
      const { backend, advance } = await open();
      await saveOne(backend, WRITER, write("longer", 1, { ttlMs: MINUTE }));
      await saveOne(backend, WRITER, write("shorter", 1, { ttlMs: 10 * MINUTE }));
      await saveOne(backend, WRITER, write("now for ever", 1, { ttlMs: MINUTE }));
      await saveOne(backend, WRITER, write("no more for ever", 1));
      await advance(MINUTE / 2);
      await saveOne(backend, WRITER, write("longer", 2, { ttlMs: 10 * MINUTE }));
      await saveOne(backend, WRITER, write("shorter", 2, { ttlMs: MINUTE }));
      await saveOne(backend, WRITER, write("now for ever", 2));
      await saveOne(backend, WRITER, write("no more for ever", 2, { ttlMs: MINUTE }));
      await advance(MINUTE);
      expect(await listedKeys(backend, WRITER)).toEqual(["longer", "now for ever"]);
      await advance(9 * MINUTE);
      expect(await listedKeys(backend, WRITER)).toEqual(["now for ever"]);
    });

    it("keeps the remaining ttl where a save says so", async () => {
      const { backend, advance } = await open();
      await backend.save(WRITER, [write("a", 1, { ttlMs: MINUTE }), write("b", 1)]);
      const [before] = await backend.get(WRITER, ["a"]);
      await advance(MINUTE / 2);
      await backend.save(WRITER, [
        write("a", 2, { ttlMs: "keep" }),
        write("b", 2, { ttlMs: "keep" }),
        write("new", 2, { ttlMs: "keep" }),
      ]);
      const [a, b, fresh] = await backend.get(WRITER, ["a", "b", "new"]);
      expect(a).toMatchObject({ value: 2, expiresAt: before?.expiresAt });
      expect(b).not.toHaveProperty("expiresAt");
      expect(fresh).not.toHaveProperty("expiresAt");
      await advance(MINUTE / 2);
      expect(await listedKeys(backend, WRITER)).toEqual(["b", "new"]);
    });

    it("keeps nothing of an expired entry: what is saved after it lives for ever with keep", async () => {
      const { backend, advance } = await open();
      await saveOne(backend, WRITER, write("a", 1, { ttlMs: MINUTE }));
      await advance(MINUTE);
      await saveOne(backend, WRITER, write("a", 2, { ttlMs: "keep" }));
      expect(await getOne(backend, WRITER, "a")).not.toHaveProperty("expiresAt");
    });

    it("leaves the ttl as it was when a condition is not met", async () => {
      const { backend, advance } = await open();
      await saveOne(backend, WRITER, write("a", 1, { ttlMs: MINUTE }));
      await backend.save(WRITER, [write("a", 2, { ttlMs: 10 * MINUTE, ifAbsent: true })]);
      await backend.save(WRITER, [write("a", 2, { ttlMs: null, ifVersion: "another" })]);
      await advance(MINUTE);
      expect(await valueOf(backend, WRITER, "a")).toBeUndefined();
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

/** A minute from now is not the same on a server: the backend's own stamp says what time it is there. */
async function timeOf(backend: ShortTermBackend): Promise<number> {
  await backend.save({ tenantId: "time", agentId: "probe" }, [write("probe")]);
  const entry = await getOne(backend, { tenantId: "time", agentId: "probe" }, "probe");
  return entry!.updatedAt;
}

/**
 * Reads an entry `edge` ms from its expiry. Where a server's time runs on between two calls, a look that finds nothing and
 * came after the expiry says nothing of the moment before, and is taken again on another entry.
 */
async function readAt(
  { backend, advance }: Awaited<ReturnType<Opened>>,
  ttlMs: number,
  edge: number,
): Promise<unknown> {
  for (let look = 0; look < 100; look++) {
    const key = `plan ${look}`;
    await saveOne(backend, WRITER, write(key, 1, { ttlMs }));
    const now = await timeOf(backend);
    const written = await getOne(backend, WRITER, key);
    if (written === undefined) continue;
    const expiresAt = written.updatedAt + ttlMs;
    expect(written.expiresAt).toBe(expiresAt);
    const wait = expiresAt + edge - now;
    if (wait < 0) continue;
    await advance(wait);
    const entry = await getOne(backend, WRITER, key);
    if (edge >= 0 || entry !== undefined || (await timeOf(backend)) < expiresAt) return entry;
  }
  throw new Error("no look came in time");
}
