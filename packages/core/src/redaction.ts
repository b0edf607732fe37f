import { invalid, isMemoryError } from "./errors.ts";
import type { JsonLimits } from "./json.ts";
import { copyContent } from "./record-content.ts";
import type { ExecutionRecord } from "./record-store.ts";

/**
 * Removes from a record what must not be stored: gets a copy that it may change, and returns that copy or another
 * record. It has to return JSON, synchronously, and leave `id`, `timestamp`, `agentId`, `workflowId` and `tenantId`
 * unchanged; otherwise, or if it throws, the record is refused.
 */
export type RecordRedaction = (record: ExecutionRecord) => ExecutionRecord;

const RESULT = "redact(record)";
const IDENTITY = ["id", "timestamp", "agentId", "workflowId", "tenantId"] as const;
const CONTENT = ["status", "input", "output", "error", "durationMs", "metadata", "subject"];

/** Returns what to store instead of a record, which from here on belongs to the hook. */
export function redacted(
  record: ExecutionRecord,
  redact: RecordRedaction,
  limits: JsonLimits,
): ExecutionRecord {
  const { id, timestamp, agentId, workflowId, tenantId } = record;
  const identity = {
    id,
    timestamp,
    agentId,
    ...(workflowId !== undefined && { workflowId }),
    tenantId,
  };
  const result = callHook(record, redact);
  try {
    for (const name of IDENTITY) {
      if (result[name] !== identity[name]) throw invalid(`${RESULT}.${name}`, "was changed");
    }
    const unknown = Object.keys(result).find((name) => ![...IDENTITY, ...CONTENT].includes(name));
    if (unknown !== undefined) throw invalid(`${RESULT}.${unknown}`, "is not a field of a record");
    return { ...identity, ...copyContent(result, RESULT, limits) };
  } catch (error) {
    if (isMemoryError(error)) throw error;
    // A getter threw; like the hook's, its error may quote the record.
    throw invalid(RESULT, "can't be read");
  }
}

function callHook(record: ExecutionRecord, redact: RecordRedaction): ExecutionRecord {
  let result: unknown;
  try {
    result = redact(record);
  } catch {
    // Its error may quote the record, so it must not be the cause of an error that people print.
    throw invalid("options.redact", "threw; the record was refused");
  }
  if (result instanceof Promise) {
    // The record is refused anyway; a rejection of the promise must not go unhandled.
    result.catch(() => undefined);
    throw invalid(RESULT, "is a promise; a record is redacted before its call is");
  }
  if (typeof result !== "object" || result === null) throw invalid(RESULT, "is not a record");
  return result as ExecutionRecord;
}
