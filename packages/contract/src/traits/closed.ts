import { isMemoryError } from "@mem/core";
import { describe, expect, it } from "vitest";
import { runWell, type ContractCall, type TraitSubject } from "./contract-call.ts";

interface Closable extends AsyncDisposable {
  close(): Promise<void>;
}

/**
 * Calls accepted before `close()` complete: writes are done, and reads are answered correctly or refused. After it,
 * every method rejects with `MEM_CLOSED`, and closing again is harmless.
 */
export function refusesCallsOnceClosed<S extends Closable>(subject: TraitSubject<S>): void {
  const reading = subject.calls.filter((call) => call.reads === true);
  const writing = subject.calls.filter((call) => call.reads !== true);

  describe("closed", () => {
    it.each(subject.calls)("$method rejects with MEM_CLOSED after close", async (call) => {
      const store = await subject.open();
      await store.close();
      await expect(runWell(call, store)).rejects.toSatisfy(saysClosed);
    });

    it.each(writing)("$method is done when it was called before close", async (call) => {
      const store = await subject.open();
      await subject.seed(store);
      const settled = await Promise.allSettled([runWell(call, store), store.close()]);
      expect(settled.filter(({ status }) => status === "rejected")).toEqual([]);
    });

    it.each(reading)(
      "$method is answered truly, or refused, when it was called before close",
      async (call) => {
        const store = await subject.open();
        await subject.seed(store);
        const before = await runWell(call, store);
        const [answer] = await Promise.allSettled([runWell(call, store), store.close()]);
        if (answer.status === "fulfilled") expect(answer.value).toEqual(before);
        else expect(answer.reason).toSatisfy(saysClosed);
      },
    );

    it("can be closed before it was used", async () => {
      const store = await subject.open();
      await expect(store.close()).resolves.toBeUndefined();
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
