import type { LongTermStore } from "@mem/core";
import { expect } from "vitest";
import { scope } from "./fixtures.ts";

const DELETED = "deleted";

/** What processes reported of their saves: `begin` before, `done` once acknowledged; a key has one writer. */
export class Ledger {
  readonly #known = new Map<string, string>();

  /** Takes the lines of a process that has ended, and expects the store to have everything acknowledged. */
  async settle(lines: readonly string[], store: LongTermStore): Promise<void> {
    const begun = new Map<string, string>();
    for (const line of lines) {
      const [what, key = "", value = ""] = line.split(" ");
      if (what === "begin") begun.set(key, value);
      else if (what === "done") this.#known.set(key, value);
    }
    for (const key of new Set([...this.#known.keys(), ...begun.keys()])) {
      const [entry] = await store.get(scope, [key]);
      const value = entry === undefined ? DELETED : (entry.value as string);
      const possible = [this.#known.get(key) ?? DELETED, begun.get(key)];
      expectOneOf(value, possible);
      this.#known.set(key, value);
    }
    const there = [...this.#known.values()].filter((value) => value !== DELETED).length;
    await expectCount(store, there);
  }
}

function expectOneOf(value: string, possible: readonly (string | undefined)[]): void {
  expect(possible).toContain(value);
}

async function expectCount(store: LongTermStore, count: number): Promise<void> {
  expect(await store.count(scope)).toBe(count);
  expect((await store.list(scope, { limit: 1_000 })).items).toHaveLength(count);
}
