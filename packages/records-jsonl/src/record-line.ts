import { isUtf8 } from "node:buffer";
import type { ExecutionRecord, JsonObject } from "@mem/core";

/** A record as one line of JSON without its newline: the fields in this order, absent ones left out. */
export function encodeRecord(record: ExecutionRecord): string {
  const { id, timestamp, agentId, workflowId, tenantId, status } = record;
  const { input, output, error, durationMs, metadata } = record;
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
  });
}

export interface DecodedRecord {
  readonly record: ExecutionRecord;
  /** Its timestamp, in milliseconds since 1970. */
  readonly time: number;
}

/**
 * What a line says, or, as a string, what is wrong with it: anybody may have written to the file. Fields that are not
 * a record's are ignored.
 */
export function decodeRecord(line: Buffer): DecodedRecord | string {
  // Decoded as it is, what is no text would turn into other text.
  if (!isUtf8(line)) return "not UTF-8";
  let value: unknown;
  try {
    value = JSON.parse(line.toString());
  } catch {
    return "not JSON";
  }
  const wrong = wrongField(value);
  if (wrong !== undefined) return `not a record: ${wrong}`;
  const record = pickFields(value as ExecutionRecord);
  return { record, time: Date.parse(record.timestamp) };
}

function wrongField(value: unknown): string | undefined {
  if (!isObject(value)) return "no object";
  for (const name of ["id", "agentId", "tenantId", "status", "timestamp"]) {
    if (typeof value[name] !== "string" || value[name] === "") return `no ${name}`;
  }
  if (Number.isNaN(Date.parse(value["timestamp"] as string))) return "its timestamp is no time";
  const { workflowId, durationMs, metadata } = value;
  if (workflowId !== undefined && typeof workflowId !== "string") return "its workflowId";
  if (durationMs !== undefined && typeof durationMs !== "number") return "its durationMs";
  if (metadata !== undefined && !isObject(metadata)) return "its metadata";
  return undefined;
}

function pickFields(value: ExecutionRecord): ExecutionRecord {
  const { workflowId, input, output, error, durationMs, metadata } = value;
  return {
    id: value.id,
    timestamp: value.timestamp,
    agentId: value.agentId,
    ...(workflowId !== undefined && { workflowId }),
    tenantId: value.tenantId,
    status: value.status,
    ...(input !== undefined && { input }),
    ...(output !== undefined && { output }),
    ...(error !== undefined && { error }),
    ...(durationMs !== undefined && { durationMs }),
    ...(metadata !== undefined && { metadata }),
  };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
