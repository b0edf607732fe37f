import { isMemoryError } from "@mem/core";
import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { runWell, type TraitSubject } from "./contract-call.ts";
import { expectRejection } from "./expect-rejection.ts";

/** A call whose signal has fired does nothing; if the signal fires later, the outcome of the call is not in doubt. */
export function honoursSignals<S>(subject: TraitSubject<S>): void {
  const calls = subject.calls.filter((call) => call.abortable);

  describe("signals", () => {
    it.each(calls)(
      "$method rejects with MEM_ABORTED and does nothing after an abort",
      async (call) => {
        const store = await subject.open();
        await subject.seed(store);
        const before = await subject.observe(store);
        const options = { signal: AbortSignal.abort() };
        await expectRejection(() => runWell(call, store, options), "MEM_ABORTED");
        expect(await subject.observe(store)).toEqual(before);
      },
    );

    it.each(calls)(
      "$method settles when the signal fires while it runs, and says truly whether it was done",
      async (call) => {
        const store = await subject.open();
        await subject.seed(store);
        const before = await subject.observe(store);
        const controller = new AbortController();
        const answer = runWell(call, store, { signal: controller.signal });
        controller.abort();
        const rejected = await answer.then(
          () => [],
          (reason: unknown) => [reason],
        );
        expect(rejected.filter((error) => !isMemoryError(error, "MEM_ABORTED"))).toEqual([]);
        const [error] = rejected;
        if (isMemoryError(error) && error.outcome === "not-applied")
          expect(await subject.observe(store)).toEqual(before);
      },
    );

    it.each(calls)("$method lets go of the signal when it is done", async (call) => {
      const store = await subject.open();
      await subject.seed(store);
      const { signal } = new AbortController();
      await runWell(call, store, { signal });
      expect(getEventListeners(signal, "abort")).toEqual([]);
    });

    it.each(calls)("$method is not disturbed by a signal that fires afterwards", async (call) => {
      const store = await subject.open();
      await subject.seed(store);
      const controller = new AbortController();
      await runWell(call, store, { signal: controller.signal });
      const before = await subject.observe(store);
      controller.abort();
      expect(await subject.observe(store)).toEqual(before);
    });
  });
}
