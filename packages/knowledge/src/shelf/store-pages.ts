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
/** How many pages are under way at once: a store commits together what waits together, and holds only so much of it. */
const PAGES_AT_ONCE = 8;
/** How often a store that is full for now is given time. */
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

/** Every entry of a scope that is asked for, also while what was given out is deleted. */
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

/** `Promise.all` that rejects when nothing is under way any more. */
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

/** An ingest writes faster than a store may be able to put away: where it is full, it is waited for. */
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
