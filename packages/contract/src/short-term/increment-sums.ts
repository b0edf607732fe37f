import type { ShortTermBackend } from "@mem/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expectRejection } from "../traits/expect-rejection.ts";
import type { Opened } from "./harness.ts";
import { add, getOne, saveOne, valueOf, write, WRITER } from "./samples.ts";

const MINUTE = 60_000;

export function addsUp(open: Opened): void {
  describe("sums of increments", () => {
    it.each(SUMS)("makes $before and $by $sum", async ({ before, by, sum }) => {
      const { backend } = await open();
      await saveOne(backend, WRITER, write("hits", before));
      expect(await add(backend, by)).toMatchObject({ value: sum });
      expect(await valueOf(backend, WRITER, "hits")).toBe(sum);
    });

    it("adds any two numbers as JavaScript does", async () => {
      const { backend } = await open();
      // No sum of these is too large, and JSON as stored here has no negative zero.
      const number = fc.double({ noNaN: true, min: -1e307, max: 1e307 }).map((n) => n + 0);
      await fc.assert(
        fc.asyncProperty(number, number, async (before, by) => {
          await saveOne(backend, WRITER, write("hits", before));
          expect((await add(backend, by)).value).toBe(before + by);
          expect(await valueOf(backend, WRITER, "hits")).toBe(before + by);
        }),
        { numRuns: 100 },
      );
    });

    it.each(NO_NUMBERS)("refuses to count on $what, and changes nothing", async ({ value }) => {
      const { backend } = await open();
      await saveOne(backend, WRITER, write("hits", structuredClone(value), { ttlMs: MINUTE }));
      const before = await getOne(backend, WRITER, "hits");
      await expectRefusal(backend, 1, "key");
      expect(await getOne(backend, WRITER, "hits")).toEqual(before);
    });

    it("refuses a sum that is not finite, and changes nothing", async () => {
      const { backend } = await open();
      await saveOne(backend, WRITER, write("hits", Number.MAX_VALUE));
      const before = await getOne(backend, WRITER, "hits");
      await expectRefusal(backend, Number.MAX_VALUE, "by");
      expect(await getOne(backend, WRITER, "hits")).toEqual(before);
      await saveOne(backend, WRITER, write("hits", -Number.MAX_VALUE));
      await expectRefusal(backend, -Number.MAX_VALUE, "by");
      expect(await valueOf(backend, WRITER, "hits")).toBe(-Number.MAX_VALUE);
    });

    it("loses no count when 8 writers with 25 increments each count at once", async () => {
      const { backend, another } = await open();
      const handles = [backend, (await another?.()) ?? backend] as const;
      const writer = async (_: unknown, i: number): Promise<number[]> => {
        const values: number[] = [];
        for (let n = 0; n < 25; n++)
          values.push((await add(handles[i % 2 === 0 ? 0 : 1], 1)).value);
        return values;
      };
      const seen = (await Promise.all(Array.from({ length: 8 }, writer))).flat();
      expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
      for (const handle of handles) expect(await valueOf(handle, WRITER, "hits")).toBe(200);
    });

    it("loses no count where nobody waits between them", async () => {
      const { backend } = await open();
      const counted = await Promise.all(Array.from({ length: 200 }, () => add(backend, 0.5)));
      expect(new Set(counted.map(({ version }) => version)).size).toBe(200);
      expect(await valueOf(backend, WRITER, "hits")).toBe(100);
    });
  });
}

const SUMS: readonly { readonly before: number; readonly by: number; readonly sum: number }[] = [
  { before: 1, by: 1, sum: 2 },
  { before: 1, by: 0, sum: 1 },
  { before: 1, by: -3, sum: -2 },
  { before: 3, by: -3, sum: 0 },
  { before: 0.5, by: 0.25, sum: 0.75 },
  { before: 0.1, by: 0.2, sum: 0.1 + 0.2 },
  { before: 1e21, by: 1, sum: 1e21 },
  { before: 2 ** 53 - 2, by: 1, sum: 2 ** 53 - 1 },
  { before: 123_456_789.125, by: 1e-3, sum: 123_456_789.126 },
  { before: 1e308, by: 7e307, sum: 1.7e308 },
  { before: 0, by: Number.MIN_VALUE, sum: Number.MIN_VALUE },
];

const NO_NUMBERS = [
  { what: "a text", value: "several" },
  { what: "a text of digits", value: "1" },
  { what: "an empty text", value: "" },
  { what: "null", value: null },
  { what: "a truth value", value: true },
  { what: "an array", value: [1] },
  { what: "an object", value: { value: 1 } },
];

async function expectRefusal(
  backend: ShortTermBackend,
  by: number,
  path: "key" | "by",
): Promise<void> {
  await expectRejection(() => add(backend, by), "MEM_INVALID_ARGUMENT");
  await expect(add(backend, by)).rejects.toMatchObject({ path });
}
