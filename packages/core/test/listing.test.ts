import { describe, expect, it } from "vitest";
import { createListing } from "../src/listing.ts";

function numbers(count: number, options: { limit?: number; pageSize?: number } = {}) {
  const asked: number[] = [];
  const listing = createListing<number>({
    fetch: async (cursor, size) => {
      asked.push(size);
      const from = Number(cursor ?? 0);
      const items = Array.from({ length: Math.min(size, count - from) }, (_, i) => from + i);
      const next = from + items.length;
      return { items, ...(next < count && { cursor: String(next) }) };
    },
    limit: options.limit,
    pageSize: options.pageSize,
  });
  return { asked, listing };
}

describe("a listing", () => {
  it("walks all pages, and asks for no more than its limit", async () => {
    const all = numbers(250);
    expect(await Array.fromAsync(all.listing)).toHaveLength(250);
    expect(all.asked).toEqual([100, 100, 100]);
    const some = numbers(250, { limit: 120, pageSize: 50 });
    expect(await Array.fromAsync(some.listing)).toHaveLength(120);
    expect(some.asked).toEqual([50, 50, 20]);
  });

  it("fetches nothing more once the walk is left", async () => {
    const { asked, listing } = numbers(1000, { pageSize: 10 });
    for await (const n of listing) if (n === 12) break;
    expect(asked).toEqual([10, 10]);
  });

  it("gives pages from where the last one ended", async () => {
    const { listing } = numbers(5, { pageSize: 2 });
    const first = await listing.page();
    expect(first).toEqual({ items: [0, 1], cursor: "2" });
    expect((await listing.page({ cursor: "4" })).cursor).toBeUndefined();
  });

  it.each([{ limit: 0 }, { limit: 1.5 }, { pageSize: 0 }, { pageSize: 1001 }])(
    "refuses %j at the first page, not before",
    async (options) => {
      const { listing } = numbers(5, options);
      await expect(Array.fromAsync(listing)).rejects.toMatchObject({
        code: "MEM_INVALID_ARGUMENT",
      });
    },
  );

  it("refuses options of a page that are none", async () => {
    const { listing } = numbers(5);
    await expect(listing.page(null as never)).rejects.toMatchObject({
      code: "MEM_INVALID_ARGUMENT",
    });
  });
});
