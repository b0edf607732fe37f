import type { ExecutionRecord, RecordStore } from "@mem/core";
import { setImmediate as otherWork } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { ABOUT, expectOnly, fill, ONE, PERSON, RECORDS } from "./erasure-samples.ts";
import type { OpenRecords } from "./harness.ts";
import { AGENT, ask, askIds, idsOf, record, series, TENANT } from "./sample.ts";

/** Erasing while others read and write. */
export function erasesMeanwhile(open: OpenRecords): void {
  describe("erasing meanwhile", () => {
    it.each(["oldest", "newest"] as const)(
      "leaves the order and the cursors of the rest, %s first",
      async (order) => {
        const { store } = await open();
        await fill(store);
        const inOrder = idsOf(order === "oldest" ? RECORDS : RECORDS.toReversed());
        const mine = idsOf(RECORDS.filter(({ agentId }) => agentId === AGENT));
        const views = [
          { view: {}, ids: inOrder },
          { view: { agentId: AGENT }, ids: inOrder.filter((id) => mine.includes(id)) },
        ];
        const begun = await Promise.all(
          views.map(({ view }) => store.query(TENANT, { ...view, order, limit: 3 })),
        );
        await store.erase(PERSON);
        const gone = idsOf(ABOUT);
        for (const [n, { view, ids }] of views.entries()) {
          expect(idsOf(begun[n]?.items ?? [])).toEqual(ids.slice(0, 3));
          const cursor = begun[n]?.cursor as string;
          const rest = await askIds(store, { ...view, order, limit: 2, cursor });
          expect(rest).toEqual(ids.slice(3).filter((id) => !gone.includes(id)));
        }
      },
    );

    it("loses nothing that is stored meanwhile", async () => {
      const harness = await open();
      const { store } = harness;
      await fill(store);
      const other = store.capabilities.shared ? await harness.another?.() : store;
      const late = series(60).map((each, n) => record(100 + n, { input: each.id }));
      const write = async (each: ExecutionRecord, n: number): Promise<void> => {
        for (let turn = 0; turn < n % 5; turn++) await otherWork();
        await (n % 2 === 0 ? store : (other ?? store)).append([each]);
      };
      await Promise.all([store.erase(PERSON), ...late.map(write)]);
      const left = idsOf(RECORDS.filter((each) => !ABOUT.includes(each)));
      expect((await askIds(store)).toSorted()).toEqual([...left, ...idsOf(late)]);
    });

    it("is done by several at once as by one after the other", async () => {
      const { store } = await open();
      await fill(store);
      const people = ["person:1", "person:10", "Person:1"];
      const ids = await Promise.all([
        ...people.map((subject) => store.erase({ tenantId: TENANT, subject })),
        store.erase(ONE),
      ]);
      expect([...new Set(ids.flat())].toSorted()).toEqual(idsOf(RECORDS));
      expect(await ask(store)).toEqual([]);
      expect(await store.stats(TENANT, {})).toEqual([]);
    });

    it("is seen by another handle, which goes on writing", async () => {
      const harness = await open();
      if (!harness.store.capabilities.shared) return;
      const other = (await harness.another?.()) as RecordStore;
      await fill(other);
      await harness.store.erase(PERSON);
      const left = RECORDS.filter((each) => !ABOUT.includes(each));
      await expectOnly(other, left);
      await other.append([record(30)]);
      expect(await askIds(harness.store, { agentId: AGENT })).toEqual([
        ...idsOf(left.filter(({ agentId }) => agentId === AGENT)),
        "record-0030",
      ]);
    });
  });
}
