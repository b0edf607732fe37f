import type { AgentRecordStats, RecordStatsQuery, RecordStore } from "@mem/core";
import { compareCodePoints, isMemoryError } from "@mem/core";
import { describe, expect, it } from "vitest";
import type { OpenRecords } from "./harness.ts";
import { NASTY_NAMES } from "./names.ts";
import { AGENT, at, record, series, TENANT } from "./sample.ts";
import { whileWriting } from "./while-writing.ts";

const RECORDS = [
  record(0, { status: "started", workflowId: "spring" }),
  record(5, { status: "success", workflowId: "spring", durationMs: 5.25 }),
  record(6, { status: "started", workflowId: "summer" }),
  record(9, { status: "error", workflowId: "summer", durationMs: 2.25 }),
  record(10, { status: "cancelled", agentId: "content", durationMs: 0 }),
  record(20, { status: "waiting for approval", agentId: "content" }),
];

const STRATEGY: AgentRecordStats = {
  agentId: AGENT,
  records: 4,
  statuses: { started: 2, success: 1, error: 1 },
  errorRate: 0.5,
  meanDurationMs: 3.75,
  first: at(0),
  last: at(9),
};
const CONTENT: AgentRecordStats = {
  agentId: "content",
  records: 2,
  statuses: { cancelled: 1, "waiting for approval": 1 },
  errorRate: 0,
  meanDurationMs: 0,
  first: at(10),
  last: at(20),
};
const SUMMER = { statuses: { started: 1, error: 1 }, errorRate: 1, meanDurationMs: 2.25 };

const CASES: readonly (readonly [string, RecordStatsQuery, readonly object[]])[] = [
  ["everything, agent by agent", {}, [CONTENT, STRATEGY]],
  ["an agent", { agentId: "content" }, [CONTENT]],
  ["an agent of whom there is nothing", { agentId: "nobody" }, []],
  ["a workflow", { workflowId: "summer" }, [{ agentId: AGENT, records: 2, ...SUMMER }]],
  ["a workflow of an agent who is not in it", { workflowId: "summer", agentId: "content" }, []],
  [
    "a range of time, with its beginning and without its end",
    { since: at(5), until: at(10) },
    [{ agentId: AGENT, records: 3, first: at(5), last: at(9), errorRate: 0.5 }],
  ],
  ["an empty range of time", { since: at(5), until: at(5) }, []],
];

export function addsUp(open: OpenRecords): void {
  describe("stats", () => {
    it.each(CASES)("count %s", async (_, query, expected) => {
      const harness = await open();
      for (const each of RECORDS) await harness.store.append([each]);
      const counted = await harness.store.stats(TENANT, query);
      expect(counted).toMatchObject(expected);
      expect(counted).toHaveLength(expected.length);
      expect(await (await harness.reopen()).stats(TENANT, query)).toStrictEqual(counted);
    });

    it("have no mean duration where no record has one", async () => {
      const { store } = await open();
      await store.append([record(0, { status: "started" })]);
      expect(await only(store)).toStrictEqual({
        agentId: AGENT,
        records: 1,
        statuses: { started: 1 },
        errorRate: 0,
        first: at(0),
        last: at(0),
      });
    });

    it("measure errors by the records that tell an end", async () => {
      const { store } = await open();
      const statuses = ["started", "started", "started", "error", "success", "cancelled", "odd"];
      await store.append(statuses.map((status, n) => record(n, { status })));
      expect((await only(store)).errorRate).toBe(0.25);
    });

    it("go by the time itself, whatever the order, before 1970 and after 9999", async () => {
      const { store } = await open();
      const years = [1970, 10_000, -1, 9999, 0];
      const times = years.map((year) => new Date(Date.UTC(2000, 0, 1)).setUTCFullYear(year));
      const stamps = times.map((time) => new Date(time).toISOString());
      await store.append(stamps.map((timestamp, n) => record(n, { timestamp })));
      expect(await only(store)).toMatchObject({ first: stamps[2], last: stamps[1] });
    });

    it("take any status for a name, and nothing else", async () => {
      const { store } = await open();
      const statuses = ["__proto__", "constructor", "toString", "records", "__proto__"];
      await store.append(statuses.map((status, n) => record(n, { status })));
      const counted = (await only(store)).statuses;
      expect(new Map(Object.entries(counted))).toEqual(
        new Map([
          ["__proto__", 2],
          ["constructor", 1],
          ["toString", 1],
          ["records", 1],
        ]),
      );
    });

    it("come in the order of the agents by code points, each apart from any other", async () => {
      const { store } = await open();
      await store.append(NASTY_NAMES.map((agentId, n) => record(n, { agentId })));
      const stats = await store.stats(TENANT, {});
      expect(stats.map(({ agentId }) => agentId)).toEqual(NASTY_NAMES.toSorted(compareCodePoints));
      expect(stats.every(({ records }) => records === 1)).toBe(true);
    });

    it("hand out what belongs to the caller", async () => {
      const { store } = await open();
      await store.append(series(2));
      const counted = (await store.stats(TENANT, {})) as [AgentRecordStats];
      const before = structuredClone(counted);
      (counted[0].statuses as Record<string, number>)["started"] = 7;
      counted.pop();
      expect(await store.stats(TENANT, {})).toStrictEqual(before);
    });

    it("count no other tenant's records", async () => {
      const { store } = await open();
      await store.append(series(3));
      await store.append(series(5, { tenantId: "other" }));
      expect((await only(store)).records).toBe(3);
      expect(await store.stats("nobody", {})).toEqual([]);
    });

    it("count what was acknowledged, while it is written to", async () => {
      const { store } = await open();
      const sent = series(60);
      await whileWriting(store, sent, async (acknowledged) => {
        const [counted] = await store.stats(TENANT, { agentId: AGENT });
        expect(counted?.records ?? 0).toBeGreaterThanOrEqual(acknowledged);
      });
    });

    it("count what another handle has written", async () => {
      const harness = await open();
      if (!harness.store.capabilities.shared) return;
      const other = (await harness.another?.()) as RecordStore;
      await harness.store.append(series(2));
      expect((await only(other)).records).toBe(2);
      await other.append(series(3));
      expect((await only(harness.store)).records).toBe(5);
      expect((await only(other)).records).toBe(5);
    });

    it.each(["agentId", "workflowId"])("do not take an empty %s for none at all", async (name) => {
      const { store } = await open();
      await store.append([record(1, { workflowId: "spring" })]);
      const counted = await store.stats(TENANT, { [name]: "" }).catch((error: unknown) => {
        if (isMemoryError(error, "MEM_INVALID_ARGUMENT")) return [];
        throw error;
      });
      expect(counted).toEqual([]);
    });
  });
}

async function only(store: RecordStore): Promise<AgentRecordStats> {
  const stats = await store.stats(TENANT, {});
  expect(stats).toHaveLength(1);
  return stats[0] as AgentRecordStats;
}
