import type { Listing } from "./agent-memory.ts";
import type { Backends } from "./backends.ts";
import { checkOneOf, checkTime } from "./checks.ts";
import { invalid, isMemoryError, throwIfAborted } from "./errors.ts";
import { copyJson, copyJsonObject } from "./copy-json.ts";
import { type JsonInput, type JsonPrimitive, type JsonValue } from "./json.ts";
import type { CallOptions } from "./keyed-store.ts";
import { createListing } from "./listing.ts";
import type { ExecutionRecord, RecordQuery, RecordStatus } from "./record-store.ts";
import { checkId } from "./scope.ts";

/** What a caller says of a run; the id and the time are given unless they say them too. */
export interface NewExecutionRecord {
  readonly status: RecordStatus;
  readonly workflowId?: string;
  readonly input?: JsonPrimitive | object;
  readonly output?: JsonPrimitive | object;
  /** An `Error` is kept as its name, message and code. */
  readonly error?: JsonPrimitive | object;
  readonly durationMs?: number;
  readonly metadata?: { readonly [key: string]: JsonInput };
  readonly id?: string;
  /** Milliseconds since 1970, a date or ISO 8601. Default: now. */
  readonly timestamp?: number | string | Date;
}

export interface RecordListOptions {
  readonly id?: string;
  readonly agentId?: string;
  readonly workflowId?: string;
  readonly status?: RecordStatus;
  /** At or after this time: milliseconds since 1970, a date or ISO 8601. */
  readonly since?: number | string | Date;
  /** Before this time. */
  readonly until?: number | string | Date;
  /** Default `"newest"` first. */
  readonly order?: "newest" | "oldest";
  /** How many a walk gives. Default: every one. */
  readonly limit?: number;
  /** How many to fetch at a time, 1 to 1,000. Default 100. */
  readonly pageSize?: number;
  readonly signal?: AbortSignal;
}

/** The execution records of one tenant. */
export class AuditTrail {
  readonly #backends: Backends;
  readonly #tenantId: string;

  constructor(backends: Backends, tenantId: string) {
    this.#backends = backends;
    this.#tenantId = tenantId;
  }

  /** Stores a record; resolves its id when it is stored. */
  async add(agentId: string, record: NewExecutionRecord, call: CallOptions): Promise<string> {
    const complete = this.complete(agentId, record);
    await this.store(complete, call);
    return complete.id;
  }

  async store(record: ExecutionRecord, call: CallOptions): Promise<void> {
    throwIfAborted(call.signal);
    await this.#backends.records.append([record], call);
  }

  list(options: RecordListOptions): Listing<ExecutionRecord> {
    const { signal, limit, pageSize } = options;
    return createListing<ExecutionRecord>({
      fetch: async (cursor, size) => {
        throwIfAborted(signal);
        const query: RecordQuery = {
          ...toQuery(options),
          limit: size,
          ...(cursor !== undefined && { cursor }),
        };
        return this.#backends.records.query(this.#tenantId, query, signal && { signal });
      },
      limit,
      pageSize,
    });
  }

  /** A checked copy with an id and a time. Refused where there is nowhere to store it. */
  complete(agentId: string, record: NewExecutionRecord): ExecutionRecord {
    if (typeof record !== "object" || record === null) throw invalid("record", "is missing");
    // Asked for before anything else happens: no session is counted or slid for a record that has no place.
    void this.#backends.records;
    const { limits, clock } = this.#backends;
    const copy = (name: "input" | "output" | "error"): { readonly [key: string]: JsonValue } =>
      record[name] === undefined
        ? {}
        : { [name]: copyJson(plainError(record[name]), `record.${name}`, limits) };
    return {
      id: record.id === undefined ? crypto.randomUUID() : checkId(record.id, "record.id"),
      timestamp: checkTime(record.timestamp ?? clock.now(), "record.timestamp"),
      agentId: checkId(agentId, "agentId"),
      ...(record.workflowId !== undefined && {
        workflowId: checkId(record.workflowId, "record.workflowId"),
      }),
      tenantId: this.#tenantId,
      status: checkId(record.status, "record.status"),
      ...copy("input"),
      ...copy("output"),
      ...copy("error"),
      ...(record.durationMs !== undefined && { durationMs: checkDuration(record.durationMs) }),
      ...(record.metadata !== undefined && {
        metadata: copyJsonObject(record.metadata, "record.metadata", limits),
      }),
    };
  }
}

function toQuery(options: RecordListOptions): Omit<RecordQuery, "limit" | "cursor"> {
  const { id, agentId, workflowId, status, since, until, order = "newest" } = options;
  return {
    order: checkOneOf(order, "options.order", ["newest", "oldest"]),
    ...(id !== undefined && { id: checkId(id, "options.id") }),
    ...(agentId !== undefined && { agentId: checkId(agentId, "options.agentId") }),
    ...(workflowId !== undefined && { workflowId: checkId(workflowId, "options.workflowId") }),
    ...(status !== undefined && { status: checkId(status, "options.status") }),
    ...(since !== undefined && { since: checkTime(since, "options.since") }),
    ...(until !== undefined && { until: checkTime(until, "options.until") }),
  };
}

function checkDuration(durationMs: number): number {
  if (!(durationMs >= 0) || !Number.isFinite(durationMs)) {
    throw invalid("record.durationMs", "has to be a number of milliseconds, 0 or more");
  }
  return durationMs;
}

function plainError(value: JsonPrimitive | object): unknown {
  if (!(value instanceof Error)) return value;
  const code: unknown = isMemoryError(value) ? value.code : (value as { code?: unknown }).code;
  const { name, message } = value;
  return { name, message, ...(typeof code === "string" && { code }) };
}
