import type { Entry, KeyedStore, Scope, Write } from "@mem/core";
import { GOOD_PLACES, type ContractCall } from "./contract-call.ts";

/** The methods that every `KeyedStore` has; `write` makes a write of the store's kind. */
export function keyedCalls<W extends Write, E extends Entry>(
  write: (key: string) => W,
): ContractCall<KeyedStore<W, E>>[] {
  const scope = { place: "scope", abortable: true } as const;
  return [
    {
      ...scope,
      method: "get",
      reads: true,
      run: (store, place, options) => store.get(place as Scope, ["plan"], options),
    },
    {
      ...scope,
      method: "save",
      run: (store, place, options) => store.save(place as Scope, [write("plan")], options),
    },
    {
      ...scope,
      method: "delete",
      run: (store, place, options) => store.delete(place as Scope, [{ key: "plan" }], options),
    },
    {
      ...scope,
      method: "list",
      reads: true,
      run: (store, place, options) => store.list(place as Scope, { limit: 10 }, options),
    },
    {
      ...scope,
      method: "count",
      reads: true,
      run: (store, place, options) => store.count(place as Scope, options),
    },
    {
      ...scope,
      method: "clear",
      run: (store, place, options) => store.clear(place as Scope, options),
    },
    { method: "health", abortable: false, run: (store) => store.health() },
  ];
}

/** Stores two entries where the calls of `keyedCalls` act. */
export async function seedKeyed<W extends Write, E extends Entry>(
  store: KeyedStore<W, E>,
  write: (key: string) => W,
): Promise<void> {
  await store.save(GOOD_PLACES.scope, [write("plan"), write("brief")]);
}

/** The entries where the calls of `keyedCalls` act. */
export async function observeKeyed<W extends Write, E extends Entry>(
  store: KeyedStore<W, E>,
): Promise<unknown> {
  const { scope } = GOOD_PLACES;
  const { items } = await store.list(scope, { limit: 100 });
  return { items, count: await store.count(scope) };
}
