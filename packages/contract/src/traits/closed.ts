import { isMemoryError } from "@mem/core";
import { describe, expect, it } from "vitest";
import { runWell, type ContractCall, type TraitSubject } from "./contract-call.ts";

interface Closable extends AsyncDisposable {
  close(): Promise<void>;
}

/** After `close()` every method says so, and closing again is harmless. */
export function refusesCallsOnceClosed<S extends Closable>(subject: TraitSubject<S>): void {
  describe("closed", () => {
    it.each(subject.calls)("$method rejects with MEM_CLOSED after close", async (call) => {
      const store = await subject.open();
      await store.close();
      await expect(runWell(call, store)).rejects.toSatisfy(saysClosed);
    });

    it("can be closed again, also at the same time", async () => {
      const store = await subject.open();
      await Promise.all([store.close(), store.close()]);
      await expect(store.close()).resolves.toBeUndefined();
    });

    it("closes at the end of an await using block", async () => {
      const store = await subject.open();
      await store[Symbol.asyncDispose]();
      const [call] = subject.calls as [ContractCall<S>];
      await expect(runWell(call, store)).rejects.toSatisfy(saysClosed);
    });
  });
}

function saysClosed(error: unknown): boolean {
  return isMemoryError(error, "MEM_CLOSED") && error.outcome === "not-applied";
}
