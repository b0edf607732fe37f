import { describe, expect, it } from "vitest";
import { isMemoryError, MemoryError } from "../src/index.ts";

describe("a MemoryError", () => {
  it("is told apart by its code", () => {
    const error = new MemoryError("MEM_CONFLICT", "changed meanwhile");
    expect(isMemoryError(error)).toBe(true);
    expect(isMemoryError(error, "MEM_CONFLICT")).toBe(true);
    expect(isMemoryError(error, "MEM_TIMEOUT")).toBe(false);
    expect(isMemoryError(new Error("MEM_CONFLICT"))).toBe(false);
    expect(isMemoryError(undefined)).toBe(false);
  });

  it("says whether trying again can help and whether the effect happened", () => {
    const conflict = new MemoryError("MEM_CONFLICT", "changed meanwhile");
    expect([conflict.retryable, conflict.outcome]).toEqual([true, "not-applied"]);
    const bad = new MemoryError("MEM_INVALID_ARGUMENT", "no", {
      outcome: "unknown",
      retryable: true,
    });
    expect([bad.retryable, bad.outcome]).toEqual([true, "unknown"]);
    expect(new MemoryError("MEM_NOT_JSON", "no").retryable).toBe(false);
  });

  it("is recognised across two copies of the package", () => {
    const foreign = Object.defineProperty(new Error("x"), Symbol.for("@mem/core.MemoryError"), {
      value: true,
    });
    expect(isMemoryError(Object.assign(foreign, { code: "MEM_CLOSED" }), "MEM_CLOSED")).toBe(true);
  });
});
