import type { Listing } from "./agent-memory.ts";
import type { Backends } from "./backends.ts";
import { checkOneOf, checkTime, type NamesOf } from "./checks.ts";
import { completeRecord, type NewExecutionRecord } from "./complete-record.ts";
import { throwIfAborted } from "./errors.ts";
import type { CallOptions } from "./keyed-store.ts";
import { createListing } from "./listing.ts";
import type {
  AgentRecordStats,
  ExecutionRecord,
  RecordQuery,
  RecordStatsQuery,
  RecordStatus,
} from "./record-store.ts";
import { checkId } from "./scope.ts";

/** Selects the records to count. Default: all of the tenant's. */
export interface RecordStatsOptions {
  readonly agentId?: string;
  readonly workflowId?: string;
  /** At or after this time: milliseconds since 1970, a date or ISO 8601. */
  readonly since?: number | string | Date;
  /** Before this time. */
  readonly until?: number | string | Date;
  readonly signal?: AbortSignal;
}

export const RECORD_STATS_OPTIONS: NamesOf<RecordStatsOptions> = {
  agentId: true,
  workflowId: true,
  since: true,
  until: true,
  signal: true,
};

export interface RecordListOptions extends RecordStatsOptions {
  readonly id?: string;
  readonly status?: RecordStatus;
  /** Default `"newest"` first. */
  readonly order?: "newest" | "oldest";
  /** The maximum number of records that iterating yields. Default: all. */
  readonly limit?: number;
  /** How many to fetch at a time, 1 to 1,000. Default 100. */
  readonly pageSize?: number;
}

export const RECORD_LIST_OPTIONS: NamesOf<RecordListOptions> = {
  ...RECORD_STATS_OPTIONS,
  id: true,
  status: true,
  order: true,
  limit: true,
  pageSize: true,
};

/** The execution records of one tenant. */
export class AuditTrail {
  readonly #backends: Backends;
  readonly #tenantId: string;

  constructor(backends: Backends, tenantId: string) {
    this.#backends = backends;
    this.#tenantId = tenantId;
  }

  /** Stores a record. Resolves to its id once it is stored. */
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

  async stats(options: RecordStatsOptions, call: CallOptions): Promise<AgentRecordStats[]> {
    const stats = await this.#backends.records.stats(this.#tenantId, toStatsQuery(options), call);
    return [...stats];
  }

  /** Returns a checked, redacted copy with an id and a time. Throws if there is no record store. */
  complete(agentId: string, record: NewExecutionRecord): ExecutionRecord {
    // Checked first: a record that can't be stored must not count as activity or extend its session.
    void this.#backends.records;
    return completeRecord(this.#backends, this.#tenantId, agentId, record);
  }
}

function toQuery(options: RecordListOptions): Omit<RecordQuery, "limit" | "cursor"> {
  const { id, status, order = "newest" } = options;
  return {
    order: checkOneOf(order, "options.order", ["newest", "oldest"]),
    ...toStatsQuery(options),
    ...(id !== undefined && { id: checkId(id, "options.id") }),
    ...(status !== undefined && { status: checkId(status, "options.status") }),
  };
}

function toStatsQuery(options: RecordStatsOptions): RecordStatsQuery {
  const { agentId, workflowId, since, until } = options;
  return {
    ...(agentId !== undefined && { agentId: checkId(agentId, "options.agentId") }),
    ...(workflowId !== undefined && { workflowId: checkId(workflowId, "options.workflowId") }),
    ...(since !== undefined && { since: checkTime(since, "options.since") }),
    ...(until !== undefined && { until: checkTime(until, "options.until") }),
  };
}
