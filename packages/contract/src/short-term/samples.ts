import type {
  Entry,
  Increment,
  Incremented,
  JsonValue,
  ListRequest,
  Page,
  Scope,
  ShortTermBackend,
  ShortTermWrite,
} from "@mem/core";
import { expect } from "vitest";

export const WRITER: Scope = { tenantId: "acme", agentId: "writer" };
export const EDITOR: Scope = { tenantId: "acme", agentId: "editor" };

/** A write without TTL and conditions, except for what `more` has. */
export function write(
  key: string,
  value: JsonValue = key,
  more: Partial<ShortTermWrite> = {},
): ShortTermWrite {
  return { key, value, ttlMs: null, source: "agent", ...more };
}

/** Stores one entry and returns its version. */
export async function saveOne(
  backend: ShortTermBackend,
  scope: Scope,
  one: ShortTermWrite,
): Promise<string> {
  const [result] = await backend.save(scope, [one]);
  expect(result).toEqual({ stored: true, version: expect.any(String) });
  return result!.version!;
}

export async function getOne(
  backend: ShortTermBackend,
  scope: Scope,
  key: string,
): Promise<Entry | undefined> {
  const entries = await backend.get(scope, [key]);
  expect(entries).toHaveLength(1);
  return entries[0];
}

export async function valueOf(
  backend: ShortTermBackend,
  scope: Scope,
  key: string,
): Promise<JsonValue | undefined> {
  return (await getOne(backend, scope, key))?.value;
}

/** Increments the writer's `hits`, without TTL unless `more` has one. */
export function add(
  backend: ShortTermBackend,
  by: number,
  more: Partial<Increment> = {},
  scope: Scope = WRITER,
): Promise<Incremented> {
  return backend.increment(scope, { key: "hits", by, ttlMs: null, ...more });
}

/** Lists the keys of all pages, following the cursors. */
export async function listedKeys(
  backend: ShortTermBackend,
  scope: Scope,
  { limit = 100, ...request }: Omit<ListRequest, "cursor" | "limit"> & { limit?: number } = {},
): Promise<string[]> {
  const entries = await allPages(limit, (cursor) =>
    backend.list(scope, { ...request, limit, ...cursor }),
  );
  return entries.map((entry) => entry.key);
}

/** More than any test needs: an endless listing fails instead of running forever. */
const MAX_PAGES = 2000;

/** Fetches the items of all pages, following the cursors. */
export async function allPages<T>(
  limit: number,
  fetch: (cursor: { readonly cursor?: string }) => Promise<Page<T>>,
): Promise<T[]> {
  const items: T[] = [];
  let next: { readonly cursor?: string } = {};
  for (let pages = 1; pages <= MAX_PAGES; pages++) {
    const page = await fetch(next);
    expect(page.items.length).toBeLessThanOrEqual(limit);
    items.push(...page.items);
    if (page.cursor === undefined) return items;
    next = { cursor: page.cursor };
  }
  throw new Error(`the listing has not ended after ${MAX_PAGES} pages`);
}
