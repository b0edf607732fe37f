import {
  compareCodePoints,
  type AgentRecordStats,
  type ExecutionRecord,
  type RecordQuery,
} from "@mem/core";

type Condition = Partial<Omit<RecordQuery, "order" | "limit" | "cursor">>;

/** Whether a store has to find the record, implemented as plainly as possible. */
export function isMeant(record: ExecutionRecord, condition: Condition): boolean {
  const { id, agentId, workflowId, status, since, until } = condition;
  const time = Date.parse(record.timestamp);
  return (
    (id === undefined || record.id === id) &&
    (agentId === undefined || record.agentId === agentId) &&
    (workflowId === undefined || record.workflowId === workflowId) &&
    (status === undefined || record.status === status) &&
    (since === undefined || time >= Date.parse(since)) &&
    (until === undefined || time < Date.parse(until))
  );
}

/** The totals of records, agent by agent. */
export function addedUp(records: readonly ExecutionRecord[]): AgentRecordStats[] {
  const agents = [...new Set(records.map(({ agentId }) => agentId))].toSorted(compareCodePoints);
  return agents.map((agentId) => ofAgent(agentId, records));
}

function ofAgent(agentId: string, all: readonly ExecutionRecord[]): AgentRecordStats {
  const records = all.filter((record) => record.agentId === agentId);
  const count = (status: string): number =>
    records.filter((record) => record.status === status).length;
  const statuses = new Set(records.map(({ status }) => status));
  const ended = records.length - count("started");
  const durations = records.flatMap(({ durationMs }) => durationMs ?? []);
  const sum = durations.reduce((total, duration) => total + duration, 0);
  const times = records
    .map(({ timestamp }) => timestamp)
    .toSorted((a, b) => Date.parse(a) - Date.parse(b)) as [string, ...string[]];
  return {
    agentId,
    records: records.length,
    statuses: Object.fromEntries([...statuses].map((status) => [status, count(status)])),
    errorRate: ended === 0 ? 0 : count("error") / ended,
    ...(durations.length > 0 && { meanDurationMs: sum / durations.length }),
    first: times[0],
    last: times.at(-1) as string,
  };
}
