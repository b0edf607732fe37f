import { describe, expect, it } from "vitest";
import type { OpenRecords } from "./harness.ts";
import { ask, askIds, idsOf, record, series } from "./sample.ts";

export function keepsRecords(open: OpenRecords): void {
  describe("storage", () => {
    it("still has every acknowledged record after it was opened again", async () => {
      const harness = await open();
      const sent = series(200).map((each, n) => ({ ...each, agentId: `agent-${n % 4}` }));
      await harness.store.append(sent);
      const store = await harness.reopen();
      expect(await ask(store)).toStrictEqual(sent);
    });

    it("goes on where it was left", async () => {
      const harness = await open();
      let { store } = harness;
      const sent = series(12);
      for (const [n, each] of sent.entries()) {
        if (n % 4 === 3) store = await harness.reopen();
        await store.append([each]);
      }
      expect(await askIds(store)).toEqual(idsOf(sent));
    });

    it("is empty after it was opened again if nothing was appended", async () => {
      const harness = await open();
      const store = await harness.reopen();
      expect(await ask(store)).toEqual([]);
    });

    it("finishes what was accepted before it closes", async () => {
      const harness = await open();
      const sent = series(30);
      const pending = Promise.allSettled(sent.map((each) => harness.store.append([each])));
      await harness.store.close();
      const store = await harness.reopen();
      expect(await askIds(store)).toEqual(idsOf(sent));
      expect((await pending).map(({ status }) => status)).not.toContain("rejected");
    });

    it("flushes with nothing to do, and with something under way", async () => {
      const { store } = await open();
      await store.flush();
      const pending = store.append([record(1)]);
      await store.flush();
      expect(await ask(store)).toStrictEqual([record(1)]);
      await pending;
    });

    it("closes twice, and by disposal", async () => {
      const { store } = await open();
      await Promise.all([store.close(), store.close()]);
      await expect(store.close()).resolves.toBeUndefined();
      await expect(store[Symbol.asyncDispose]()).resolves.toBeUndefined();
    });
  });
}
