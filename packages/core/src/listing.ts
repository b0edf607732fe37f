import { PAGE_OPTIONS, type Listing } from "./agent-memory.ts";
import { checkCount, checkOptions } from "./checks.ts";
import type { Page } from "./keyed-store.ts";

export interface ListingSource<T> {
  /** Also checks the caller's arguments, so that bad ones reject. */
  readonly fetch: (cursor: string | undefined, pageSize: number) => Promise<Page<T>>;
  readonly limit: number | undefined;
  readonly pageSize: number | undefined;
}

/** Makes a listing that fetches pages while it is iterated, and stops fetching when the loop is left. */
export function createListing<T>(source: ListingSource<T>): Listing<T> {
  const sizes = (): { limit: number; pageSize: number } => ({
    limit: checkCount(
      source.limit ?? Number.MAX_SAFE_INTEGER,
      "options.limit",
      1,
      Number.MAX_SAFE_INTEGER,
    ),
    pageSize: checkCount(source.pageSize ?? 100, "options.pageSize", 1, 1000),
  });
  return {
    async page(options = {}) {
      checkOptions(options, PAGE_OPTIONS);
      return source.fetch(options.cursor, sizes().pageSize);
    },
    async *[Symbol.asyncIterator]() {
      const { limit, pageSize } = sizes();
      let left = limit;
      let cursor: string | undefined;
      do {
        const page: Page<T> = await source.fetch(cursor, Math.min(left, pageSize));
        yield* page.items;
        left -= page.items.length;
        cursor = page.cursor;
      } while (cursor !== undefined && left > 0);
    },
  };
}
