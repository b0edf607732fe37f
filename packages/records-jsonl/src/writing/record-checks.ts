import { checkId, checkScope, MemoryError, type ExecutionRecord } from "@mem/core";

export function invalid(path: string, problem: string): MemoryError {
  return new MemoryError("MEM_INVALID_ARGUMENT", `${path} ${problem}`, { path });
}

/** Refuses the n-th record of a call if its scope or ids are invalid, or if its line could not be read back. */
export function checkRecord(record: ExecutionRecord, n: number): void {
  checkScope(record);
  checkId(record.id, `records[${n}].id`);
  checkId(record.status, `records[${n}].status`);
  if (record.subject !== undefined) checkId(record.subject, `records[${n}].subject`);
  if (record.durationMs !== undefined && !Number.isFinite(record.durationMs)) {
    throw invalid(`records[${n}].durationMs`, "has to be a finite number of milliseconds");
  }
  if (!isTimestamp(record.timestamp)) {
    throw invalid(`records[${n}].timestamp`, "has to be ISO 8601 in UTC with milliseconds");
  }
}

export function requireOneTenant(records: readonly ExecutionRecord[]): void {
  const other = records.findIndex(({ tenantId }) => tenantId !== records[0]?.tenantId);
  if (other < 0) return;
  throw invalid(`records[${other}].tenantId`, "differs from the first one's; append one tenant's");
}

const ZERO = 48;
const NINE = 57;
const TIMESTAMP = /^(?:\d{4}|[+-]\d{6})-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function isTimestamp(timestamp: string): boolean {
  return isPlainTimestamp(timestamp) || isAnyTimestamp(timestamp);
}

function isAnyTimestamp(timestamp: string): boolean {
  return TIMESTAMP.test(timestamp) && !Number.isNaN(Date.parse(timestamp));
}

const PATTERN = "9999-19-39T29:59:59.999Z";

/** Accepts nearly every timestamp for a tenth of the work: a day that every month has, no digit above the pattern's. */
function isPlainTimestamp(timestamp: string): boolean {
  if (timestamp.length !== PATTERN.length) return false;
  for (let i = 0; i < PATTERN.length; i += 1) {
    const code = timestamp.charCodeAt(i);
    const highest = PATTERN.charCodeAt(i);
    const isDigit = highest >= ZERO && highest <= NINE;
    if (isDigit ? code < ZERO || code > highest : code !== highest) return false;
  }
  const month = numberAt(timestamp, 5);
  const day = numberAt(timestamp, 8);
  return month >= 1 && month <= 12 && day >= 1 && day <= 28 && numberAt(timestamp, 11) <= 23;
}

function numberAt(text: string, at: number): number {
  return (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO;
}
