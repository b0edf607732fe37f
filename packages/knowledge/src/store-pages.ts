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
/** How often a store that is full for now is given time. */
const PATIENCE = 3;

export function* pagesOf<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let i = 0; i < items.length; i += PAGE) yield items.slice(i, i + PAGE);
}

/** Side by side: a store commits together what waits together. */
export async function saveAll(
  store: LongTermStore,
  scope: Scope,
  writes: readonly LongTermWrite[],
): Promise<WriteResult[]> {
  const pages = Array.from(pagesOf(writes), (page) =>
    patiently(store, () => store.save(scope, page)),
  );
  return (await allDone(pages)).flat();
}

export async function deleteAll(
  store: LongTermStore,
  scope: Scope,
  removals: readonly Removal[],
): Promise<void> {
  const pages = Array.from(pagesOf(removals), (page) =>
    patiently(store, () => store.delete(scope, page)),
  );
  await allDone(pages);
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
