import { describe, expect, it } from "vitest";
import { DEFAULT_JSON_LIMITS, type Entry, type JsonValue } from "../src/index.ts";
import { updateEntry, type OptimisticUpdate } from "../src/optimistic-update.ts";
import { UpdateTurns } from "../src/update-turns.ts";

/** One versioned entry, as in a backend; `foreignWrites` other writes come in between. */
function cell(foreignWrites = 0) {
  let value: JsonValue | undefined;
  let version = 0;
  let left = foreignWrites;
  const turns = new UpdateTurns();
  const update = (change: (old: JsonValue | undefined) => unknown): OptimisticUpdate => ({
    read: async () =>
      value === undefined
        ? undefined
        : ({
            key: "k",
            value,
            version: String(version),
            createdAt: 0,
            updatedAt: 0,
            source: "agent",
          } satisfies Entry),
    change: async (old) => change(old),
    write: async (next) => {
      if (left > 0) {
        left--;
        version++;
        value = -1;
      }
      const current = version === 0 ? undefined : String(version);
      if (next.ifVersion !== current) return false;
      version++;
      value = next.value as JsonValue;
      return true;
    },
    takeTurn: (attempt) => turns.take("k", attempt),
    limits: DEFAULT_JSON_LIMITS,
    keepsTtl: true,
    signal: undefined,
  });
  return { update, value: () => value };
}
const add = (old: JsonValue | undefined): number => (typeof old === "number" ? old : 0) + 1;

describe("an update", () => {
  it("is repeated when somebody wrote between", async () => {
    const { update } = cell(3);
    expect(await updateEntry(update(add))).toBe(0);
  });

  it("loses nothing among many of one process", async () => {
    const { update, value } = cell();
    await Promise.all(Array.from({ length: 300 }, () => updateEntry(update(add))));
    expect(value()).toBe(300);
  });

  it("gives up with a conflict when it never gets through", async () => {
    const { update } = cell(Infinity);
    await expect(updateEntry(update(add))).rejects.toMatchObject({
      code: "MEM_CONFLICT",
      retryable: true,
      outcome: "not-applied",
    });
  });

  it("is not held up for ever by one that never ends", async () => {
    const { update } = cell(1);
    void updateEntry(update(() => new Promise(() => undefined)));
    expect(await updateEntry(update(add))).toBe(0);
  });
});
