import type { LogWrite, ShortTermBackend } from "@mem/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NASTY_IDS } from "../nasty-ids.ts";
import type { Opened } from "./harness.ts";
import { WRITER } from "./samples.ts";

const RUNS = 30;

export function dropsWhatIsTied(open: Opened): void {
  describe("the bound of a log with ties", () => {
    it("drops with the oldest those that it is tied to, and no others", async () => {
      const { backend } = await open();
      await append(backend, [item("call", "c"), item("a"), item("result", "c"), item("b")], 4);
      expect(await append(backend, [item("d")], 4)).toEqual(["a", "b", "d"]);
      expect(await append(backend, [item("e")], 4)).toEqual(["a", "b", "d", "e"]);
      expect(await append(backend, [item("f")], 4)).toEqual(["b", "d", "e", "f"]);
    });

    it("drops also what is tied to those, through other ties", async () => {
      const { backend } = await open();
      const all = [item("call", "c1", "c2"), item("a"), item("2", "c2", "x"), item("3", "x")];
      await append(backend, [item("1", "c1"), ...all], 5);
      expect(await append(backend, [item("b")], 5)).toEqual(["a", "b"]);
    });

    it("drops nothing as long as it is not too much", async () => {
      const { backend } = await open();
      expect(await append(backend, [item("call", "c"), item("result", "c")], 2)).toEqual([
        "call",
        "result",
      ]);
    });

    it("drops what is tied to the latest last", async () => {
      const { backend } = await open();
      await append(backend, [item("call", "c"), item("a"), item("b")], 3);
      expect(await append(backend, [item("result", "c")], 3)).toEqual(["call", "b", "result"]);
      expect(await append(backend, [item("d")], 3)).toEqual(["b", "d"]);
    });

    it("drops the oldest of those one by one, where they alone are too many", async () => {
      const { backend } = await open();
      const results = ["1", "2", "3", "4"].map((id) => item(id, "c"));
      await append(backend, [item("a"), item("call", "c")], 3);
      expect(await append(backend, results, 3)).toEqual(["2", "3", "4"]);
      expect(await append(backend, [item("5", "c")], 3)).toEqual(["3", "4", "5"]);
      expect(await append(backend, [item("b")], 3)).toEqual(["b"]);
    });

    it("does not take an item that is still there for one of the latest", async () => {
      const { backend } = await open();
      await append(backend, [item("call", "c"), item("a"), item("b"), item("result", "c")], 4);
      expect(await append(backend, [item("call", "c")], 3)).toEqual(["a", "b"]);
    });

    it("keeps to the ties that an item was appended with", async () => {
      const { backend } = await open();
      await append(backend, [item("call"), item("a"), item("result", "c")], 3);
      await append(backend, [item("call", "c")], 3);
      await backend.edit(WRITER, "chat", { id: "result", value: "another" });
      expect(await append(backend, [item("b")], 3)).toEqual(["a", "result", "b"]);
      expect(await append(backend, [item("d", "c")], 2)).toEqual(["result", "d"]);
    });

    it("leaves what is left where one of the tied was removed", async () => {
      const { backend } = await open();
      await append(backend, [item("call", "c"), item("result", "c"), item("a", "c")], 3);
      await backend.edit(WRITER, "chat", { id: "call" });
      expect(await append(backend, [item("b")], 3)).toEqual(["result", "a", "b"]);
      expect(await append(backend, [item("d")], 3)).toEqual(["b", "d"]);
    });

    it("answers what it drops at once, too", async () => {
      const { backend } = await open();
      const items = [item("1", "c"), item("2", "c"), item("3", "c")];
      const appended = await backend.append(WRITER, "chat", items, { maxItems: 1, ttlMs: null });
      expect(appended.map(({ position }) => position)).toEqual([1, 2, 3]);
      expect(await idsOf(backend)).toEqual(["3"]);
      expect(await append(backend, [item("1")], 9)).toEqual(["3", "1"]);
    });

    it("takes any names for ties", async () => {
      const { backend } = await open();
      const pairs = NASTY_IDS.flatMap((tie, i) => [item(`${i}a`, tie), item(`${i}b`, tie)]);
      await append(backend, pairs, pairs.length);
      for (let i = 1; i < NASTY_IDS.length; i++) {
        const left = await append(backend, [], pairs.length - 2 * i + 1);
        expect(left).toEqual(pairs.slice(2 * i).map(({ id }) => id));
      }
    });

    it("takes 64 ties for one item", async () => {
      const { backend } = await open();
      const ties = Array.from({ length: 64 }, (_, i) => `c${i}`);
      const results = ties.map((tie) => item(tie, tie));
      await append(backend, [item("call", ...ties), ...results], 100);
      expect(await append(backend, [item("a")], 65)).toEqual(["a"]);
    });

    it("never keeps too much, and parts only what is tied to the latest", async () => {
      const tie = fc.constantFrom("a", "b", "c", "d");
      const ties = fc.uniqueArray(tie, { maxLength: 2 });
      const batches = fc.array(fc.array(ties, { maxLength: 3 }), { maxLength: 8 });
      const property = fc.asyncProperty(
        batches,
        fc.integer({ min: 1, max: 6 }),
        async (all, max) => {
          const { backend } = await open();
          let kept: readonly LogWrite[] = [];
          for (const [i, batch] of all.entries()) {
            const added = batch.map((names, j) => item(`${i}.${j}`, ...names));
            const ids = await append(backend, added, max);
            const before = [...kept, ...added];
            kept = before.filter(({ id }) => ids.includes(id));
            expect(ids).toEqual(kept.map(({ id }) => id));
            expect(kept.length).toBeLessThanOrEqual(max);
            const latest = new Set(tiedTo(before, added));
            for (const one of kept.filter((other) => !latest.has(other)))
              expect(tiedTo(before, [one]).every((tied) => kept.includes(tied))).toBe(true);
          }
        },
      );
      await fc.assert(property, { numRuns: RUNS });
    });
  });
}

function item(id: string, ...ties: string[]): LogWrite {
  return { id, value: `value of ${id}`, ...(ties.length > 0 && { ties }) };
}

/** Appends items; returns the ids of the items that the log then holds. */
async function append(
  backend: ShortTermBackend,
  items: readonly LogWrite[],
  maxItems: number,
): Promise<string[]> {
  // The backend owns its arguments.
  await backend.append(WRITER, "chat", structuredClone(items), { maxItems, ttlMs: null });
  return idsOf(backend);
}

async function idsOf(backend: ShortTermBackend): Promise<string[]> {
  return (await backend.read(WRITER, "chat", { limit: 1000 })).map(({ id }) => id);
}

/** All items that are connected to `some` by ties, directly or through others. */
function tiedTo(items: readonly LogWrite[], some: readonly LogWrite[]): readonly LogWrite[] {
  const ties = new Set(some.flatMap((one) => one.ties ?? []));
  const all = items.filter((one) => some.includes(one) || one.ties?.some((tie) => ties.has(tie)));
  return all.length === some.length ? all : tiedTo(items, all);
}
