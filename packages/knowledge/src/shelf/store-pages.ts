import {
  isMemoryError,
  type Filter,
  type LongTermEntry,
  type LongTermStore,
  type LongTermWrite,
  type Removal,
  type Scope,
  type WriteResult,
} from "@mem/core";

/** How many entries are read, saved or deleted at once. */
const PAGE = 500;
/** How many pages are in flight at once: a store commits waiting calls together, but its queue is limited. */
const PAGES_AT_ONCE = 8;
/** How often to wait for a store that is temporarily full. */
const PATIENCE = 3;

export function* pagesOf<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let i = 0; i < items.length; i += PAGE) yield items.slice(i, i + PAGE);
}

export async function saveAll(
  store: LongTermStore,
  scope: Scope,
  writes: readonly LongTermWrite[],
): Promise<WriteResult[]> {
  return (await inPages(store, writes, (page) => store.save(scope, page))).flat();
}

export async function deleteAll(
  store: LongTermStore,
  scope: Scope,
  removals: readonly Removal[],
): Promise<void> {
  await inPages(store, removals, (page) => store.delete(scope, page));
}

/** Every requested entry of a scope, even while entries that were returned already are being deleted. */
export async function* listAll(
  store: LongTermStore,
  scope: Scope,
  request: { readonly prefix?: string; readonly filter?: Filter },
): AsyncGenerator<readonly LongTermEntry[]> {
  let cursor: string | undefined;
  do {
    const from = cursor === undefined ? {} : { cursor };
    const page = await store.list(scope, { ...request, ...from, limit: PAGE });
    yield page.items;
    cursor = page.cursor;
  } while (cursor !== undefined);
}

/** `Promise.all` that rejects only when nothing is in flight any more. */
export async function allDone<T>(calls: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(calls);
  return Promise.all(calls);
}

/** The results in the order of the pages. */
async function inPages<T, R>(
  store: LongTermStore,
  items: readonly T[],
  call: (page: readonly T[]) => Promise<R>,
): Promise<R[]> {
  const pages = [...pagesOf(items)];
  const results: R[] = [];
  for (let i = 0; i < pages.length; i += PAGES_AT_ONCE) {
    const some = pages.slice(i, i + PAGES_AT_ONCE);
    results.push(...(await allDone(some.map((page) => patiently(store, () => call(page))))));
  }
  return results;
}

/** An ingest may write faster than a store can keep up: waits while the store is full. */
async function patiently<T>(store: LongTermStore, call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      const isFull = isMemoryError(error, "MEM_CAPACITY") && error.outcome === "not-applied";
      if (!isFull || attempt === PATIENCE) throw error;
      await store.flush();
    }
  }
}
