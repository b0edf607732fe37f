import type { Durability, Health } from "./health.ts";
import type { JsonObject, JsonValue } from "./json.ts";
import type { CallOptions, Page } from "./keyed-store.ts";

/** What became of a step; open to more. */
export type RecordStatus = "started" | "success" | "error" | "cancelled" | (string & {});

/** One line of the audit trail. */
export interface ExecutionRecord {
  readonly id: string;
  /** ISO 8601 in UTC, with milliseconds. */
  readonly timestamp: string;
  readonly agentId: string;
  readonly workflowId?: string;
  readonly tenantId: string;
  readonly status: RecordStatus;
  readonly input?: JsonValue;
  readonly output?: JsonValue;
  readonly error?: JsonValue;
  readonly durationMs?: number;
  readonly metadata?: JsonObject;
}

export interface RecordQuery {
  readonly id?: string;
  readonly agentId?: string;
  readonly workflowId?: string;
  readonly status?: RecordStatus;
  /** ISO 8601; records at or after it. */
  readonly since?: string;
  /** ISO 8601; records before it. */
  readonly until?: string;
  readonly order: "newest" | "oldest";
  /** At most this many on the page, 1 or more. */
  readonly limit: number;
  readonly cursor?: string;
}

/**
 * The contract of the audit trail. `describeRecordStore` of `@mem/contract` proves it.
 *
 * Records are only ever added. Each agent's come back in the order in which they were acknowledged; those of several
 * agents by `timestamp`, then by `id`.
 */
export interface RecordStore extends AsyncDisposable {
  readonly name: string;
  readonly capabilities: { readonly durability: Durability; readonly shared: boolean };
  /** Resolves when all of them are stored in the declared class. They have one tenant. */
  append(records: readonly ExecutionRecord[], options?: CallOptions): Promise<void>;
  /** One page of the tenant's records that match; reads no more than it must. */
  query(
    tenantId: string,
    query: RecordQuery,
    options?: CallOptions,
  ): Promise<Page<ExecutionRecord>>;
  /** Resolves when what was accepted is stored. */
  flush(): Promise<void>;
  health(): Promise<Health>;
  close(): Promise<void>;
}
