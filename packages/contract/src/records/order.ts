import type { ExecutionRecord } from "@mem/core";
import { describe, expect, it } from "vitest";
import type { OpenRecords } from "./harness.ts";
import { AGENT, askIds, at, idsOf, record, series } from "./sample.ts";

export function keepsOrder(open: OpenRecords): void {
  describe("order", () => {
    it("is the order of acknowledgement within an agent, whatever the times and ids say", async () => {
      const { store } = await open();
      const backwards = series(10).toReversed();
      for (const sent of backwards) await store.append([sent]);
      const ids = idsOf(backwards);
      expect(await askIds(store, { agentId: AGENT })).toEqual(ids);
      expect(await askIds(store, { agentId: AGENT, order: "newest" })).toEqual(ids.toReversed());
    });

    it("is the order of acknowledgement within one millisecond", async () => {
      const { store } = await open();
      const ids = ["c", "a", "d", "b"];
      for (const id of ids) await store.append([record(0, { id })]);
      expect(await askIds(store, { agentId: AGENT })).toEqual(ids);
      expect(await askIds(store, { agentId: AGENT, order: "newest" })).toEqual(ids.toReversed());
    });

    it("is by time between agents", async () => {
      const { store } = await open();
      const sent = series(60).map((each, n) => ({ ...each, agentId: `agent-${(n * 7) % 5}` }));
      await appendByAgent(store, sent);
      expect(await askIds(store)).toEqual(idsOf(sent));
      expect(await askIds(store, { order: "newest" })).toEqual(idsOf(sent).toReversed());
    });

    it("is by id between agents where the times are equal", async () => {
      const { store } = await open();
      const sent = ["a", "b", "c", "d", "e", "f"].map((id, n) =>
        record(0, { id, agentId: `agent-${(n * 5) % 6}` }),
      );
      await appendByAgent(store, sent);
      expect(await askIds(store)).toEqual(idsOf(sent));
      expect(await askIds(store, { order: "newest" })).toEqual(idsOf(sent).toReversed());
    });

    it("goes by the time itself, also before 1970 and after 9999", async () => {
      const { store } = await open();
      const years = [-1, 0, 1969, 1970, 9999, 10_000, 275_760];
      const sent = years.map((year, n) => {
        const time = new Date(0);
        time.setUTCFullYear(year);
        return record(n, { timestamp: time.toISOString(), agentId: `agent-${n}` });
      });
      await appendByAgent(store, sent);
      expect(await askIds(store)).toEqual(idsOf(sent));
      expect(await askIds(store, { since: at(0) })).toEqual(idsOf(sent).slice(4));
    });
  });
}

/** Appends agent by agent, which is not the order of the answers. */
async function appendByAgent(
  store: { append(records: readonly ExecutionRecord[]): Promise<void> },
  records: readonly ExecutionRecord[],
): Promise<void> {
  const agents = [...new Set(records.map(({ agentId }) => agentId))].toSorted();
  for (const agent of agents) {
    await store.append(records.filter(({ agentId }) => agentId === agent));
  }
}
