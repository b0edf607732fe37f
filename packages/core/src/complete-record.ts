import { checkFields, checkTime, type NamesOf } from "./checks.ts";
import type { Clock } from "./clock.ts";
import type { JsonInput, JsonLimits, JsonPrimitive } from "./json.ts";
import { copyContent } from "./record-content.ts";
import type { ExecutionRecord, RecordStatus } from "./record-store.ts";
import { redacted, type RecordRedaction } from "./redaction.ts";
import { checkId } from "./scope.ts";

/** A new record of a run; `id` and `timestamp` are set unless you give them. */
export interface NewExecutionRecord {
  readonly status: RecordStatus;
  readonly workflowId?: string;
  readonly input?: JsonPrimitive | object;
  readonly output?: JsonPrimitive | object;
  /** An `Error` is stored as its name, message and code. */
  readonly error?: JsonPrimitive | object;
  readonly durationMs?: number;
  readonly metadata?: { readonly [key: string]: JsonInput };
  /** The person it is about, so that everything about them can be erased. */
  readonly subject?: string;
  readonly id?: string;
  /** Milliseconds since 1970, a date or ISO 8601. Default: now. */
  readonly timestamp?: number | string | Date;
}

const NEW_RECORD: NamesOf<NewExecutionRecord> = {
  status: true,
  workflowId: true,
  input: true,
  output: true,
  error: true,
  durationMs: true,
  metadata: true,
  subject: true,
  id: true,
  timestamp: true,
};

/** Fields that a record has once it was read. They are accepted, and replaced by those of the call. */
const GIVEN: NamesOf<Omit<ExecutionRecord, keyof NewExecutionRecord>> = {
  agentId: true,
  tenantId: true,
};

/** The rules for every record of a memory. */
export interface RecordRules {
  readonly limits: JsonLimits;
  readonly clock: Clock;
  readonly redact: RecordRedaction | undefined;
}

/** Returns a checked, redacted copy with an id and a time. */
export function completeRecord(
  { limits, clock, redact }: RecordRules,
  tenantId: string,
  agentId: string,
  record: NewExecutionRecord,
): ExecutionRecord {
  checkFields(record, NEW_RECORD, "record", GIVEN);
  const { id, timestamp, workflowId } = record;
  const complete: ExecutionRecord = {
    id: id === undefined ? crypto.randomUUID() : checkId(id, "record.id"),
    timestamp: checkTime(timestamp ?? clock.now(), "record.timestamp"),
    agentId: checkId(agentId, "agentId"),
    ...(workflowId !== undefined && { workflowId: checkId(workflowId, "record.workflowId") }),
    tenantId,
    ...copyContent(record, "record", limits),
  };
  return redact === undefined ? complete : redacted(complete, redact, limits);
}
