import { describe, expect, it } from "vitest";
import type { OpenRecords } from "./harness.ts";
import { AGENT, ask, askIds, idsOf, series } from "./sample.ts";
import { whileWriting } from "./while-writing.ts";

export function standsConcurrency(open: OpenRecords): void {
  describe("concurrency", () => {
    it("keeps 50 appends at once, in the order of the calls", async () => {
      const { store } = await open();
      const sent = series(50);
      await Promise.all(sent.map((each) => store.append([each])));
      expect(await ask(store, { agentId: AGENT })).toStrictEqual(sent);
    });

    it("keeps 200 appends of 20 agents at once", async () => {
      const { store } = await open();
      const sent = series(200).map((each, n) => ({ ...each, agentId: `agent-${n % 20}` }));
      await Promise.all(sent.map((each) => store.append([each])));
      expect(await ask(store)).toStrictEqual(sent);
    });

    it("answers while it is written to, with what was acknowledged", async () => {
      const { store } = await open();
      const sent = series(60);
      await whileWriting(store, sent, async (acknowledged) => {
        const ids = await askIds(store, { agentId: AGENT });
        expect(ids).toEqual(idsOf(sent).slice(0, ids.length));
        expect(ids.length).toBeGreaterThanOrEqual(acknowledged);
      });
    });

    it("lets two handles write one agent's records", async () => {
      const harness = await open();
      const { store } = harness;
      const other = store.capabilities.shared ? await harness.another?.() : store;
      if (other === undefined) throw new Error("a shared store's harness needs `another`");
      const sent = series(60);
      await Promise.all(sent.map((each, n) => (n % 2 === 0 ? store : other).append([each])));
      const ids = await askIds(store, { agentId: AGENT });
      expect(ids.toSorted()).toEqual(idsOf(sent));
      expect(await askIds(other, { agentId: AGENT })).toEqual(ids);
      for (const parity of [0, 1]) {
        const mine = idsOf(sent).filter((_, n) => n % 2 === parity);
        expect(ids.filter((id) => mine.includes(id))).toEqual(mine);
      }
    });
  });
}
