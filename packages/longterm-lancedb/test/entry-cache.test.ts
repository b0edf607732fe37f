import { describe, expect, it } from "vitest";
import { EntryCache, type CachedEntry } from "../src/reading/entry-cache.ts";

function cached(key: string, bytes = 100): CachedEntry {
  const times = { version: "v", createdAt: 1, updatedAt: 1 };
  return {
    entry: { key, value: null, text: "", source: "agent", ...times },
    opId: null,
    length: 0,
    bytes,
  };
}

function openCache(maxBytes?: number): EntryCache {
  const cache = new EntryCache(maxBytes);
  cache.version = 1;
  return cache;
}

describe("the cache of entries", () => {
  it("remembers entries, and places without one", () => {
    const cache = openCache();
    cache.put("a", cached("a"), 1);
    cache.put("b", null, 1);
    expect(cache.find("a", 1)?.entry.key).toBe("a");
    expect(cache.find("b", 1)).toBeNull();
    expect(cache.find("c", 1)).toBeUndefined();
  });

  it("takes nothing from another version of the table, and tells it nothing", () => {
    const cache = openCache();
    cache.put("a", cached("a"), 1);
    cache.version = 2;
    cache.put("b", cached("b"), 1);
    expect(cache.find("b", 2)).toBeUndefined();
    expect(cache.find("a", 1)).toBeUndefined();
    expect(cache.find("a", 2)?.entry.key).toBe("a");
  });

  it("forgets what was changed, or everything", () => {
    const cache = openCache();
    for (const id of ["a", "b", "c"]) cache.put(id, cached(id), 1);
    cache.delete("a");
    expect(["a", "b", "c"].map((id) => cache.find(id, 1)?.entry.key)).toEqual([
      undefined,
      "b",
      "c",
    ]);
    cache.clear();
    expect(cache.stats).toMatchObject({ entries: 0, bytes: 0 });
  });

  it("keeps to its bytes, and what was asked for last", () => {
    const cache = openCache(100_000);
    for (let i = 0; i < 1_000; i++) {
      cache.put(`id-${i}`, cached(`key-${i}`, 1_000), 1);
      cache.find("id-0", 1);
    }
    const { entries, bytes } = cache.stats;
    expect(bytes).toBeLessThanOrEqual(100_000);
    expect(entries).toBeGreaterThan(50);
    expect(cache.find("id-0", 1)).toBeDefined();
    expect(cache.find("id-1", 1)).toBeUndefined();
    expect(cache.find("id-999", 1)).toBeDefined();
  });

  it("leaves out what is larger than all of it", () => {
    const cache = openCache(10_000);
    cache.put("a", cached("a", 20_000), 1);
    expect(cache.find("a", 1)).toBeUndefined();
  });
});
