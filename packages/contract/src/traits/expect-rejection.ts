import { isMemoryError, type MemoryErrorCode } from "@mem/core";
import { expect } from "vitest";

/**
 * Expects a call to reject with a `MemoryError` of this code and the outcome `"not-applied"`. A call that throws
 * instead of returning a promise fails the test too.
 */
export async function expectRejection(
  call: () => Promise<unknown>,
  code: MemoryErrorCode,
): Promise<void> {
  const promise = call();
  const settled = await promise.then(
    (value) => ({ resolved: value }),
    (error: unknown) => ({ error }),
  );
  expect(settled, `resolved, instead of rejecting with ${code}`).not.toHaveProperty("resolved");
  const { error } = settled as { error: unknown };
  expect(isMemoryError(error), `rejected with ${String(error)}, which is no MemoryError`).toBe(
    true,
  );
  expect(error).toMatchObject({ code, outcome: "not-applied" });
}
