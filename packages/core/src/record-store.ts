import type { EraseOptions } from "./erasure.ts";
import type { Durability, Health } from "./health.ts";
import type { JsonObject, JsonValue } from "./json.ts";
import type { CallOptions, Page } from "./keyed-store.ts";

/** The outcome of a step; other strings are allowed. */
export type RecordStatus = "started" | "success" | "error" | "cancelled" | (string & {});

/** One record of the audit trail. */
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
  /** The person it is about, so that all records about them can be erased. */
  readonly subject?: string;
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

/** Selects the records of a tenant that are counted. */
export type RecordStatsQuery = Pick<RecordQuery, "agentId" | "workflowId" | "since" | "until">;

/** Statistics of one agent's records. */
export interface AgentRecordStats {
  readonly agentId: string;
  readonly records: number;
  /** How many records have each status. */
  readonly statuses: { readonly [status: string]: number };
  /** The share of `error` among all records that are not `started`, from 0 to 1; 0 if there are none. */
  readonly errorRate: number;
  /** Over the records that have a duration; absent if none has. */
  readonly meanDurationMs?: number;
  /** The earliest timestamp; `last` is the latest. */
  readonly first: string;
  readonly last: string;
}

/** What to erase: one record, or all records about a person; only those of one agent if `agentId` is given. */
export type RecordErasureRequest = { readonly tenantId: string; readonly agentId?: string } & (
  | { readonly id: string }
  | { readonly subject: string }
);

/**
 * The contract of the audit trail. `describeRecordStore` of `@mem/contract` proves that a store keeps it.
 *
 * Records are only ever added. Records of one agent are returned in the order in which they were acknowledged; records
 * of several agents by `timestamp`, then by `id`.
 */
export interface RecordStore extends AsyncDisposable {
  readonly name: string;
  readonly capabilities: { readonly durability: Durability; readonly shared: boolean };
  /** Resolves when all records are stored in the declared class. They belong to one tenant. */
  append(records: readonly ExecutionRecord[], options?: CallOptions): Promise<void>;
  /** One page of the tenant's records that match; reads no more than it must. */
  query(
    tenantId: string,
    query: RecordQuery,
    options?: CallOptions,
  ): Promise<Page<ExecutionRecord>>;
  /** Statistics of the tenant's records, one for each agent, in the order of `agentId` by code points. */
  stats(
    tenantId: string,
    query: RecordStatsQuery,
    options?: CallOptions,
  ): Promise<readonly AgentRecordStats[]>;
  /**
   * Erases the content of records: afterwards no query finds them, and none of their text is in the store. Resolves to
   * the id of each erased record; with `dryRun`, of each that would be erased. May miss records stored meanwhile. After
   * a failure, call it again to go on.
   */
  erase(request: RecordErasureRequest, options?: EraseOptions): Promise<readonly string[]>;
  /** Resolves when everything accepted is stored. */
  flush(): Promise<void>;
  health(): Promise<Health>;
  close(): Promise<void>;
}
