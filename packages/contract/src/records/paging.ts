import type { ExecutionRecord, RecordStore } from "@mem/core";
import { setImmediate as otherWork } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { OpenRecords } from "./harness.ts";
import { AGENT, askIds, askPages, idsOf, record, series, TENANT } from "./sample.ts";

export function pages(open: OpenRecords): void {
  describe("paging", () => {
    const views = [
      ["of one agent", { agentId: AGENT }],
      ["of all agents", {}],
      ["of a workflow", { workflowId: "spring" }],
    ] as const;

    describe.each(views)("%s", (_, view) => {
      it.each(["oldest", "newest"] as const)(
        "gives each record once, in order, %s first",
        async (order) => {
          const { store } = await open();
          const sent = await fill(store);
          const expected = sent.filter((each) => matches(each, view));
          const ids = idsOf(order === "oldest" ? expected : expected.toReversed());
          for (const limit of [1, 2, 7, 50]) {
            const found = await askPages(store, { ...view, order, limit });
            expect(found.flatMap(idsOf)).toEqual(ids);
            expect(found.every((page) => page.length <= limit)).toBe(true);
          }
        },
      );

      it("shows what was there, newest first, while records are added", async () => {
        const { store } = await open();
        const sent = await fill(store);
        let n = 100;
        const found = await askPages(store, { ...view, order: "newest", limit: 5 }, async () => {
          await store.append([
            record(n++, { workflowId: "spring" }),
            record(n++, { workflowId: "spring", agentId: "content" }),
            record(n++, { workflowId: "spring", agentId: `late-${n}` }),
          ]);
        });
        const expected = sent.filter((each) => matches(each, view)).toReversed();
        expect(found.flatMap(idsOf)).toEqual(idsOf(expected));
      });

      it("shows each record that was there once, oldest first, while records are added", async () => {
        const { store } = await open();
        const sent = await fill(store);
        let n = 100;
        const found = await askPages(store, { ...view, limit: 5 }, async () => {
          if (n < 110) await store.append([record(n++, { workflowId: "spring" })]);
        });
        const ids = found.flatMap(idsOf);
        const expected = idsOf(sent.filter((each) => matches(each, view)));
        expect(ids.slice(0, expected.length)).toEqual(expected);
        expect(new Set(ids).size).toBe(ids.length);
      });
    });

    it.each(["oldest", "newest"] as const)(
      "neither skips nor repeats within one millisecond, %s first",
      async (order) => {
        const { store } = await open();
        const sent = series(300).map((each, n) => ({
          ...each,
          timestamp: record(0).timestamp,
          agentId: `agent-${n % 3}`,
        }));
        await store.append(sent);
        const found = await askPages(store, { order, limit: 7 });
        const ids = found.flatMap(idsOf);
        expect(ids).toEqual(order === "oldest" ? idsOf(sent) : idsOf(sent).toReversed());
      },
    );

    it.each(["oldest", "newest"] as const)(
      "walks a long queue of pages while others write, %s first",
      async (order) => {
        const { store } = await open();
        const sent = series(400).map((each, n) => ({ ...each, agentId: `agent-${n % 2}` }));
        await store.append(sent);
        const walk = new AbortController();
        let n = 1000;
        const write = async (agentId: string): Promise<void> => {
          while (!walk.signal.aborted && n < 1200) {
            await store.append([record(n++, { agentId })]);
            await otherWork();
          }
        };
        const writing = Promise.all(["agent-0", "agent-1", "late"].map(write));
        const found = await askPages(store, { order, limit: 7 });
        walk.abort();
        await writing;
        const ids = found.flatMap(idsOf);
        expect(new Set(ids).size).toBe(ids.length);
        const known = new Set(idsOf(sent));
        const expected = order === "oldest" ? idsOf(sent) : idsOf(sent).toReversed();
        expect(ids.filter((id) => known.has(id))).toEqual(expected);
      },
    );

    it("has no cursor on the last page", async () => {
      const { store } = await open();
      await store.append(series(3));
      const page = await store.query(TENANT, { order: "newest", limit: 10 });
      expect(page.items).toHaveLength(3);
      expect(page.cursor).toBeUndefined();
    });

    it.each(["nonsense", "", "e30", "bnVsbA", "AAAA/+=="])(
      "refuses %j as a cursor",
      async (cursor) => {
        const { store } = await open();
        await store.append(series(3));
        for (const order of ["oldest", "newest"] as const) {
          await expect(store.query(TENANT, { order, limit: 1, cursor })).rejects.toMatchObject({
            code: "MEM_INVALID_ARGUMENT",
          });
        }
      },
    );

    it("leads into no other tenant by its cursor", async () => {
      const { store } = await open();
      await store.append(series(9, { tenantId: "other" }));
      await store.append(series(9));
      const foreign = await store.query("other", { order: "newest", limit: 2 });
      expect(foreign.cursor).toBeDefined();
      const cursor = foreign.cursor as string;
      const answer = await store.query(TENANT, { order: "newest", limit: 9, cursor }).then(
        (page) => page.items.map(({ tenantId }) => tenantId),
        (error: { code?: unknown }) => [error.code],
      );
      expect(["MEM_INVALID_ARGUMENT", TENANT]).toEqual(expect.arrayContaining(answer));
      expect(await askIds(store, { tenantId: "other" })).toHaveLength(9);
    });
  });
}

/** Forty records of two agents, three in four of them in a workflow. */
async function fill(store: RecordStore): Promise<ExecutionRecord[]> {
  const sent = series(40).map((each, n) => ({
    ...each,
    ...(n % 3 === 0 && { agentId: "content" }),
    ...(n % 4 !== 0 && { workflowId: "spring" }),
  }));
  for (const each of sent) await store.append([each]);
  return sent;
}

function matches(
  each: ExecutionRecord,
  view: { readonly agentId?: string; readonly workflowId?: string },
): boolean {
  return (
    (view.agentId === undefined || each.agentId === view.agentId) &&
    (view.workflowId === undefined || each.workflowId === view.workflowId)
  );
}
