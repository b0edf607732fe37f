import { MemoryError } from "@mem/core";
import { secret, type Secret } from "./secret.ts";
import { readVariable, type Environment } from "./variable.ts";

const MAX_BYTES = Number.MAX_SAFE_INTEGER;
const MAX_DAYS = 36_500;
const MIN_KEY_BYTES = 16;

/** How the audit trail is kept. */
export interface RecordsSettings {
  /** `MEMORY_RECORDS_ROTATE_BYTES` */
  readonly rotateBytes: number;
  /** `MEMORY_RECORDS_ROTATE_DAILY` */
  readonly rotateDaily: boolean;
  /** `MEMORY_RECORDS_COMPRESS` */
  readonly compress: boolean;
  /** `MEMORY_RECORDS_RETAIN_DAYS`; absent: no limit. */
  readonly retainDays?: number;
  /** `MEMORY_RECORDS_RETAIN_BYTES`; absent: no limit. */
  readonly retainBytes?: number;
  /** `MEMORY_RECORDS_REDACT`: removes common secrets before storing, with `redactSecrets` of `@mem/core`. */
  readonly redact: boolean;
  /** `MEMORY_RECORDS_KEY`; absent: anybody can recompute the digests. */
  readonly key?: Secret;
}

export function readRecords(environment: Environment): RecordsSettings {
  const read = readVariable(environment);
  const retainDays = read.count("MEMORY_RECORDS_RETAIN_DAYS", 0, "days", MAX_DAYS);
  const retainBytes = read.count("MEMORY_RECORDS_RETAIN_BYTES", 0, "bytes", MAX_BYTES);
  const key = readKey(read.text("MEMORY_RECORDS_KEY", ""));
  return {
    rotateBytes: read.count("MEMORY_RECORDS_ROTATE_BYTES", 67_108_864, "bytes", MAX_BYTES),
    rotateDaily: read.flag("MEMORY_RECORDS_ROTATE_DAILY", false),
    compress: read.flag("MEMORY_RECORDS_COMPRESS", true),
    ...(retainDays !== 0 && { retainDays }),
    ...(retainBytes !== 0 && { retainBytes }),
    redact: read.flag("MEMORY_RECORDS_REDACT", false),
    ...(key !== undefined && { key }),
  };
}

function readKey(text: string): Secret | undefined {
  if (text === "") return undefined;
  if (new TextEncoder().encode(text).length >= MIN_KEY_BYTES) return secret(text);
  const path = "MEMORY_RECORDS_KEY";
  throw new MemoryError(
    "MEM_INVALID_ARGUMENT",
    `${path} is too short; accepted are ${MIN_KEY_BYTES} bytes or more`,
    { path },
  );
}
