import { isUtf8 } from "node:buffer";
import { parseJson, type ExecutionRecord, type JsonObject } from "@mem/core";

/** Encodes a record as JSON, before it gets its chain fields: the fields in this order, absent ones omitted. */
export function encodeRecord(record: ExecutionRecord): string {
  const { id, timestamp, agentId, workflowId, tenantId, status } = record;
  const { input, output, error, durationMs, metadata, subject } = record;
  return JSON.stringify({
    id,
    timestamp,
    agentId,
    workflowId,
    tenantId,
    status,
    input,
    output,
    error,
    durationMs,
    metadata,
    subject,
  });
}

export interface DecodedRecord {
  readonly record: ExecutionRecord;
  /** Its timestamp, in milliseconds since 1970. */
  readonly time: number;
}

/**
 * Decodes a line, or returns, as a string, what is wrong with it: anybody may have written to the file. Ignores fields
 * that a record does not have.
 */
export function decodeRecord(line: Buffer): DecodedRecord | string {
  // `toString` would silently replace invalid bytes with other text.
  if (!isUtf8(line)) return "not UTF-8";
  let value: unknown;
  try {
    value = parseJson(line.toString());
  } catch {
    return "not JSON";
  }
  if (!isObject(value)) return "not a record: no object";
  const wrong = wrongField(value);
  if (wrong !== undefined) return `not a record: ${wrong}`;
  const record = pickFields(value as unknown as ExecutionRecord);
  const time = Date.parse(record.timestamp);
  return Number.isNaN(time) ? "not a record: its timestamp is no time" : { record, time };
}

// Checks each field by name, without a list: a reader decodes hundreds of thousands of lines a second.
function wrongField(value: JsonObject): string | undefined {
  const { id, agentId, tenantId, status, timestamp } = value;
  if (!isName(id)) return "no id";
  if (!isName(agentId)) return "no agentId";
  if (!isName(tenantId)) return "no tenantId";
  if (!isName(status)) return "no status";
  if (!isName(timestamp)) return "no timestamp";
  const { workflowId, durationMs, metadata, subject } = value;
  if (workflowId !== undefined && typeof workflowId !== "string") return "its workflowId";
  if (subject !== undefined && typeof subject !== "string") return "its subject";
  if (durationMs !== undefined && typeof durationMs !== "number") return "its durationMs";
  if (metadata !== undefined && !isObject(metadata)) return "its metadata";
  return undefined;
}

function pickFields(value: ExecutionRecord): ExecutionRecord {
  const { id, timestamp, agentId, workflowId, tenantId, status } = value;
  const { input, output, error, durationMs, metadata, subject } = value;
  const head = { id, timestamp, agentId };
  const record: Mutable<ExecutionRecord> =
    workflowId === undefined
      ? { ...head, tenantId, status }
      : { ...head, workflowId, tenantId, status };
  if (input !== undefined) record.input = input;
  if (output !== undefined) record.output = output;
  if (error !== undefined) record.error = error;
  if (durationMs !== undefined) record.durationMs = durationMs;
  if (metadata !== undefined) record.metadata = metadata;
  if (subject !== undefined) record.subject = subject;
  return record;
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

function isName(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
