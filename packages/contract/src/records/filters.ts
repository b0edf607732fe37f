import { describe, expect, it } from "vitest";
import type { OpenRecords } from "./harness.ts";
import { askIds, at, record, type Question } from "./sample.ts";

const RECORDS = [
  record(0, { agentId: "strategy", status: "started", workflowId: "spring" }),
  record(1, { agentId: "strategy", status: "success", workflowId: "spring" }),
  record(2, { agentId: "content", status: "started", workflowId: "spring" }),
  record(3, { agentId: "content", status: "error", workflowId: "summer" }),
  record(4, { agentId: "analytics", status: "waiting for approval" }),
  record(5, { agentId: "analytics", status: "cancelled", workflowId: "spring-2" }),
];

const CASES: readonly (readonly [name: string, question: Question, expected: number[]])[] = [
  ["everything", {}, [0, 1, 2, 3, 4, 5]],
  ["an id", { id: "record-0003" }, [3]],
  ["an id of nothing", { id: "record-9999" }, []],
  ["an id of another agent", { id: "record-0003", agentId: "strategy" }, []],
  ["an agent", { agentId: "content" }, [2, 3]],
  ["a workflow, and none that begins like it", { workflowId: "spring" }, [0, 1, 2]],
  ["a workflow of an agent", { workflowId: "spring", agentId: "content" }, [2]],
  ["a status", { status: "started" }, [0, 2]],
  ["a status that is nobody's but the caller's", { status: "waiting for approval" }, [4]],
  ["since, including it", { since: at(4) }, [4, 5]],
  ["until, excluding it", { until: at(2) }, [0, 1]],
  ["a range of time", { since: at(1), until: at(4) }, [1, 2, 3]],
  ["an empty range of time", { since: at(3), until: at(3) }, []],
  ["a range of time of an agent", { agentId: "strategy", since: at(1) }, [1]],
  ["all at once", { status: "error", workflowId: "summer", since: at(3), until: at(4) }, [3]],
];

export function filters(open: OpenRecords): void {
  describe("filters", () => {
    it.each(CASES)("finds %s", async (_, question, expected) => {
      const { store } = await open();
      for (const sent of RECORDS) await store.append([sent]);
      const ids = expected.map((n) => RECORDS[n]?.id);
      expect(await askIds(store, question)).toEqual(ids);
      expect(await askIds(store, { ...question, order: "newest" })).toEqual(ids.toReversed());
      expect(await askIds(store, { ...question, limit: 1 })).toEqual(ids);
    });

    it("finds every record of a time range where times ran backwards", async () => {
      const { store } = await open();
      const times = [50, 10, 40, 20, 30];
      await store.append(times.map((ms, n) => record(n, { timestamp: at(ms) })));
      const question = { agentId: "strategy", since: at(20), until: at(50) };
      expect(await askIds(store, question)).toEqual(["record-0002", "record-0003", "record-0004"]);
    });
  });
}
