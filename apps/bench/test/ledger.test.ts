import { describe, expect, it } from "vitest";
import { contentOf, isAsWritten } from "../src/faults/long-term/content.ts";
import { Ledger } from "../src/faults/long-term/ledger.ts";
import type { LongTermEntry } from "@mem/core";

function ledgerOf(
  ...changes: readonly (readonly [state: string | null, begin: number, end: number])[]
): Ledger {
  const ledger = new Ledger();
  for (const [state, begin, end] of changes) ledger.add({ key: "a", state, begin, end });
  return ledger;
}

describe("the ledger", () => {
  it("takes what was acknowledged last, and nothing before it", () => {
    const ledger = ledgerOf(["x", 1, 2], ["y", 3, 4]);
    expect(ledger.objection("a", "y")).toBeUndefined();
    expect(ledger.objection("a", "x")?.kind).toBe("undone");
    expect(ledger.objection("a", null)?.kind).toBe("lost");
  });

  it("takes either of two that overlapped", () => {
    const ledger = ledgerOf(["x", 1, 4], ["y", 3, 6]);
    expect(ledger.objection("a", "x")).toBeUndefined();
    expect(ledger.objection("a", "y")).toBeUndefined();
  });

  it("takes what was never acknowledged, and what was before it", () => {
    const ledger = ledgerOf(["x", 1, 2], ["y", 3, Infinity]);
    expect(ledger.objection("a", "x")).toBeUndefined();
    expect(ledger.objection("a", "y")).toBeUndefined();
    expect(ledger.objection("a", null)?.kind).toBe("lost");
  });

  it("does not take back a deletion", () => {
    const ledger = ledgerOf(["x", 1, 2], [null, 3, 4]);
    expect(ledger.objection("a", null)).toBeUndefined();
    expect(ledger.objection("a", "x")?.kind).toBe("undone");
  });

  it("does not take what nobody has written", () => {
    expect(ledgerOf(["x", 1, 2]).objection("a", "z")?.kind).toBe("undone");
  });

  it("lets a read find what was there while it ran", () => {
    const ledger = ledgerOf(["x", 1, 2], ["y", 5, 6]);
    expect(ledger.objection("a", "x", [3, 4])).toBeUndefined();
    expect(ledger.objection("a", "x", [4, 7])).toBeUndefined();
    expect(ledger.objection("a", "x", [7, 8])?.kind).toBe("undone");
    expect(ledger.objection("a", "y", [3, 4])?.kind).toBe("undone");
  });

  it("begins anew with what was found", () => {
    const ledger = ledgerOf(["x", 1, 2], ["y", 3, Infinity]);
    ledger.settle(new Map([["a", "x"]]));
    expect(ledger.objection("a", "x")).toBeUndefined();
    expect(ledger.objection("a", "y")?.kind).toBe("undone");
  });
});

describe("what the lab writes", () => {
  it("is known by its key and its operation, whatever part of it is changed", () => {
    const write = contentOf("a", "p1.7", 3);
    const entry: LongTermEntry = {
      ...write,
      agentId: "subject",
      version: "1",
      createdAt: 0,
      updatedAt: 0,
    };
    expect(isAsWritten(structuredClone(entry))).toBe(true);
    expect(isAsWritten({ ...entry, key: "b" })).toBe(false);
    expect(isAsWritten({ ...entry, text: `${entry.text}x` })).toBe(false);
    expect(isAsWritten({ ...entry, metadata: { count: 4 } })).toBe(false);
    expect(isAsWritten({ ...entry, value: { operation: "p1.7", count: 3, filler: "" } })).toBe(
      false,
    );
  });
});
