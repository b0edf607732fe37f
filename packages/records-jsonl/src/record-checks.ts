import {
  checkId,
  checkScope,
  MemoryError,
  type ExecutionRecord,
  type RecordQuery,
} from "@mem/core";

export function invalid(path: string, problem: string): MemoryError {
  return new MemoryError("MEM_INVALID_ARGUMENT", `${path} ${problem}`, { path });
}

/** Refuses a batch that names no exact place for each record, or lines that could not be read back. */
export function checkRecords(records: readonly ExecutionRecord[]): void {
  const tenantId = records[0]?.tenantId;
  for (const [n, record] of records.entries()) {
    checkScope(record);
    checkId(record.id, `records[${n}].id`);
    checkId(record.status, `records[${n}].status`);
    if (record.tenantId !== tenantId) {
      throw invalid(`records[${n}].tenantId`, "differs from the first one's; append one tenant's");
    }
    if (record.durationMs !== undefined && !Number.isFinite(record.durationMs)) {
      throw invalid(`records[${n}].durationMs`, "has to be a finite number of milliseconds");
    }
    if (!isTimestamp(record.timestamp)) {
      throw invalid(`records[${n}].timestamp`, "has to be ISO 8601 in UTC with milliseconds");
    }
  }
}

const TIMESTAMP = /^(?:\d{4}|[+-]\d{6})-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function isTimestamp(timestamp: string): boolean {
  return TIMESTAMP.test(timestamp) && !Number.isNaN(Date.parse(timestamp));
}

export type Matcher = (record: ExecutionRecord, time: number) => boolean;

/** What a query asks of a record, apart from its tenant. */
export function matcherOf(query: RecordQuery): Matcher {
  const { id, agentId, workflowId, status } = query;
  const since = timeOf(query.since, "query.since") ?? -Infinity;
  const until = timeOf(query.until, "query.until") ?? Infinity;
  if (!Number.isSafeInteger(query.limit) || query.limit < 1) {
    throw invalid("query.limit", "has to be a whole number, 1 or more");
  }
  if (agentId !== undefined) checkId(agentId, "query.agentId");
  return (record, time) =>
    (id === undefined || record.id === id) &&
    (agentId === undefined || record.agentId === agentId) &&
    (workflowId === undefined || record.workflowId === workflowId) &&
    (status === undefined || record.status === status) &&
    time >= since &&
    time < until;
}

function timeOf(text: string | undefined, path: string): number | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw invalid(path, "has to be an ISO 8601 time");
  return time;
}
