import { checkId, type ExecutionRecord, type RecordQuery } from "@mem/core";
import type { Wanted } from "../index/block-choice.ts";
import type { RecordKey } from "../index/key-hash.ts";
import { invalid } from "../writing/record-checks.ts";

/** What a query may require of a record, apart from its tenant. */
export type Condition = Partial<
  Pick<RecordQuery, "id" | "agentId" | "workflowId" | "status" | "since" | "until">
>;

/** A condition, prepared for blocks, lines and records: each step sees only what the step before it lets through. */
export interface RecordMatch {
  /** Whether all of the agent's records match. */
  readonly isAll: boolean;
  readonly wanted: Wanted;
  /** Whether a line may be a matching record, judged by its bytes. */
  mayMatch(line: Buffer): boolean;
  matches(record: ExecutionRecord, time: number): boolean;
}

/** Prepares a condition. Throws `MEM_INVALID_ARGUMENT` if it is invalid. */
export function matchOf(condition: Condition): RecordMatch {
  const { id, agentId, workflowId, status } = condition;
  if (agentId !== undefined) checkId(agentId, "query.agentId");
  const since = timeOf(condition.since, "query.since") ?? -Infinity;
  const until = timeOf(condition.until, "query.until") ?? Infinity;
  const keys = Object.entries({ id, workflowId }).flatMap(([kind, value]) =>
    value === undefined ? [] : [{ kind, value } as RecordKey],
  );
  const texts = [...keys.map(({ value }) => value), ...(status === undefined ? [] : [status])];
  const needles = texts.map((text) => Buffer.from(JSON.stringify(text)));
  return {
    isAll: texts.length === 0 && since === -Infinity && until === Infinity,
    wanted: { keys, status, since, until },
    mayMatch: (line) =>
      needles.every((needle) => line.includes(needle)) || isWrittenDifferently(line),
    matches: (record, time) =>
      (id === undefined || record.id === id) &&
      (agentId === undefined || record.agentId === agentId) &&
      (workflowId === undefined || record.workflowId === workflowId) &&
      (status === undefined || record.status === status) &&
      time >= since &&
      time < until,
  };
}

/** Apart from these escapes, JSON has only one way to write a text. */
function isWrittenDifferently(line: Buffer): boolean {
  return line.includes("\\u") || line.includes("\\/");
}

function timeOf(text: string | undefined, path: string): number | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw invalid(path, "has to be an ISO 8601 time");
  return time;
}
