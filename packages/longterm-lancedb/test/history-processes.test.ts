import type { LongTermStore } from "@mem/core";
import { describe, expect, it } from "vitest";
import { Child } from "./child-process.ts";
import { openStore, scope, storeFolder } from "./fixtures.ts";

const history = {};

describe("processes that know nothing of a history", () => {
  it("keep it, and lose nothing that was acknowledged when they are killed", async () => {
    const uri = await storeFolder();
    const begun = openStore(uri, { history });
    await begun.count(scope);
    await begun.close();
    const lines: string[] = [];
    for (let round = 0; round < 3; round++) {
      const child = new Child("save-forever", uri, String(round), "a");
      await child.wrote(60 + 31 * round);
      await child.kill();
      expect(child.errors).toBe("");
      lines.push(...child.lines);
      const store = openStore(uri, { history });
      await expectKept(store, acknowledged(lines));
      await store.close();
    }
  }, 120_000);

  it("keep it from when another begins it while they write", async () => {
    const uri = await storeFolder();
    const children = ["a", "b"].map((name) => new Child("save-forever", uri, "0", name));
    await Promise.all(children.map((child) => child.wrote(100)));
    const store = openStore(uri, { history });
    await store.count(scope);
    const since = Date.now();
    // Lines that are still on their way may be older.
    await Promise.all(children.map((child) => child.wrote(child.lines.length + 20)));
    const from = children.map(({ lines }) => lines.length);
    await Promise.all(children.map((child, i) => child.wrote((from[i] ?? 0) + 150)));
    await Promise.all(children.map((child) => child.kill()));
    expect(children.map(({ errors }) => errors)).toEqual(["", ""]);
    for (const [i, { lines }] of children.entries()) {
      // A write that was begun before may be in the log before the history is.
      const later = lines.slice(from[i]);
      const begins = new Set(later.filter((line) => line.startsWith("begin ")));
      const known = acknowledged(later.filter((line) => isOf(begins, line)));
      expect(known.size).toBeGreaterThan(0);
      await expectKept(store, known);
    }
    const keys = [...acknowledged(children.flatMap(({ lines }) => lines)).keys()];
    const then = await store.get(scope, keys, { asOf: since });
    for (const [i, key] of keys.entries()) {
      const { items } = await store.history(scope, key, { limit: 1_000 });
      expect(then[i]).toEqual(items.find(({ at }) => at <= since)?.entry);
    }
    const now = await store.get(scope, keys, { asOf: Date.now() });
    expect(now).toEqual(await store.get(scope, keys));
  }, 120_000);
});

function isOf(begins: ReadonlySet<string>, line: string): boolean {
  return begins.has(line.replace(/^done/, "begin"));
}

/** The acknowledged values by key, in the order of the key's only writer. */
function acknowledged(lines: readonly string[]): Map<string, string[]> {
  const known = new Map<string, string[]>();
  for (const line of lines) {
    const [what, key = "", value = ""] = line.split(" ");
    if (what === "done") known.set(key, [...(known.get(key) ?? []), value]);
  }
  return known;
}

/** Writes that were begun and not acknowledged may be there, too; a deletion of nothing is no revision. */
async function expectKept(
  store: LongTermStore,
  known: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  for (const [key, values] of known) {
    const { items } = await store.history(scope, key, { limit: 1_000 });
    const told = items.map(({ entry }) => entry?.value ?? "deleted").toReversed();
    let from = 0;
    for (const value of values) {
      const place = told.indexOf(value, from);
      if (place === -1 && value === "deleted") continue;
      expect(place, `${key} was ${value}`).toBeGreaterThanOrEqual(from);
      from = place + 1;
    }
  }
}
