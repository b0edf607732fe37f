import type { AgentMemory, Deletion, JsonItem, Listing, SaveItem } from "./agent-memory.ts";
import type { RecordListOptions, RecordStatsOptions } from "./audit-trail.ts";
import type { NewExecutionRecord } from "./complete-record.ts";
import type { NamesOf } from "./checks.ts";
import type { HistoryOptions } from "./conversation/conversation.ts";
import type { ConversationMessage, NewMessage } from "./conversation/message.ts";
import type { ConversationSearchOptions } from "./conversation/conversation-search.ts";
import type { Entry, LongTermEntry } from "./entry.ts";
import type { Erasure } from "./erasure.ts";
import type { ErasureOptions, ErasureTarget } from "./erasure-target.ts";
import type { Health } from "./health.ts";
import type { JsonCompatible, JsonValue } from "./json.ts";
import type { LongTermStats } from "./long-term-store.ts";
import type { MessageHit } from "./message-hit.ts";
import type { SearchHit } from "./search-hit.ts";
import type { KeyInput, KeyLike, KeyOutput, MemoryKey } from "./memory-key.ts";
import type {
  AbortOptions,
  DeleteOptions,
  IncrementOptions,
  ListOptions,
  ReadOptions,
  RevisionOptions,
  SaveOptions,
  WritableOptions,
} from "./memory-options.ts";
import { SEARCH_OPTIONS, type SearchOptions } from "./search-options.ts";
import type { AgentRecordStats, ExecutionRecord } from "./record-store.ts";
import type { Revision } from "./revision.ts";
import type { SchemaOutput, StandardSchema } from "./standard-schema.ts";
import type { WorkflowState } from "./workflow-lifetimes.ts";
import type { Workflow } from "./workflow/workflow.ts";
import type { WorkflowOptions } from "./workflow/workflow-start.ts";

export interface SessionListOptions {
  /** The maximum number of sessions that iterating yields. Default: all. */
  readonly limit?: number;
  /** How many to fetch at a time, 1 to 1,000. Default 100. */
  readonly pageSize?: number;
}

export const SESSION_LIST_OPTIONS: NamesOf<SessionListOptions> = { limit: true, pageSize: true };

export interface ClearSessionOptions {
  /** Whether to remove its long-term entries and kept messages, too. Default `false`. */
  readonly longTerm?: boolean;
  readonly signal?: AbortSignal;
}

export const CLEAR_SESSION_OPTIONS: NamesOf<ClearSessionOptions> = { longTerm: true, signal: true };

export interface ClearedSession {
  readonly shortTermEntries: number;
  readonly messages: number;
  /** 0 unless `longTerm` was `true`. */
  readonly longTermEntries: number;
}

/** Totals of one tenant. Those of a backend that is not configured are absent. */
export interface MemoryStats {
  readonly tenantId: string;
  readonly shortTermEntries: number;
  readonly activeSessions: number;
  readonly longTermEntries?: number;
  /** Long-term entries that have no vector yet. */
  readonly pendingVectors?: number;
  /** Statistics of the long-term store's cache, which all tenants share; absent if it has none. */
  readonly longTermCache?: NonNullable<LongTermStats["cache"]>;
  readonly knowledgeEntries?: number;
}

/** The receipt of an erasure, the audit trail included. */
export interface MemoryErasure extends Erasure {
  /** How many execution records were erased, or would be with `dryRun`. */
  readonly records: number;
}

/** The health of each backend, under the name of its option, and as `status` the worst of them. */
export interface MemoryHealth {
  readonly status: Health["status"];
  readonly parts: Readonly<Record<string, Health>>;
}

export interface SearchSimilarOptions extends SearchOptions {
  /** Search the memories of these agents instead of the one named first. */
  readonly agentIds?: readonly string[];
}

export const SEARCH_SIMILAR_OPTIONS: NamesOf<SearchSimilarOptions> = {
  ...SEARCH_OPTIONS,
  agentIds: true,
};

/**
 * The memory of one tenant. `MemoryManager` implements it for its own tenant; `manager.forTenant(id)` returns it for
 * others, where it can neither leave that tenant nor close the manager. The methods on entries are those of
 * `AgentMemory`, with the agent as the first argument.
 */
export interface Memory {
  readonly tenantId: string;
  /** Stores a value in an agent's memory. Resolves to `false` only if `ifVersion`, `ifAbsent` or `ifNew` was not met. */
  save<K extends MemoryKey>(
    agentId: string,
    key: K,
    value: KeyInput<K>,
    options?: SaveOptions,
  ): Promise<boolean>;
  save(agentId: string, key: string, value: JsonValue, options?: SaveOptions): Promise<boolean>;
  save<T>(
    agentId: string,
    key: string,
    value: JsonCompatible<T> & T,
    options?: SaveOptions,
  ): Promise<boolean>;
  /** The value that an agent stored, or `undefined`. */
  retrieve<K extends MemoryKey>(
    agentId: string,
    key: K,
    options?: ReadOptions,
  ): Promise<KeyOutput<K> | undefined>;
  retrieve<S extends StandardSchema>(
    agentId: string,
    key: string,
    options: ReadOptions & { readonly schema: S },
  ): Promise<SchemaOutput<S> | undefined>;
  retrieve(agentId: string, key: string, options?: ReadOptions): Promise<JsonValue | undefined>;
  /** The value with its version, times and metadata. */
  retrieveEntry<K extends MemoryKey>(
    agentId: string,
    key: K,
    options?: ReadOptions,
  ): Promise<Entry<KeyOutput<K>> | undefined>;
  retrieveEntry(
    agentId: string,
    key: string,
    options: ReadOptions & { readonly memoryType: "long_term" | "shared" },
  ): Promise<LongTermEntry | undefined>;
  retrieveEntry(agentId: string, key: string, options?: ReadOptions): Promise<Entry | undefined>;
  /** Replaces the value with what `change` returns; no change of another writer is lost. Resolves to the new value. */
  update<K extends MemoryKey>(
    agentId: string,
    key: K,
    change: (old: KeyOutput<K> | undefined) => KeyInput<K> | Promise<KeyInput<K>>,
    options?: WritableOptions,
  ): Promise<KeyOutput<K>>;
  update<T extends JsonValue>(
    agentId: string,
    key: string,
    change: (old: JsonValue | undefined) => T | Promise<T>,
    options?: WritableOptions,
  ): Promise<T>;
  update<T>(
    agentId: string,
    key: string,
    change: (
      old: JsonValue | undefined,
    ) => (JsonCompatible<T> & T) | Promise<JsonCompatible<T> & T>,
    options?: WritableOptions,
  ): Promise<T>;
  /** Adds `by` (default 1) to a number in short-term memory, starting from 0 if there is none. Resolves to the sum. */
  increment(agentId: string, key: string, by?: number, options?: IncrementOptions): Promise<number>;
  /** Deletes an entry. Resolves to whether there was one to delete. */
  delete(agentId: string, key: KeyLike, options?: DeleteOptions): Promise<boolean>;
  /** Stores several values. Resolves to whether each condition was met. A failure partway rejects with `MEM_PARTIAL`. */
  saveMany<T extends SaveItem>(
    agentId: string,
    items: readonly (T & JsonItem<T>)[],
    options?: WritableOptions,
  ): Promise<boolean[]>;
  /** The values in the order of the keys. */
  retrieveMany(
    agentId: string,
    keys: readonly string[],
    options?: ReadOptions,
  ): Promise<(JsonValue | undefined)[]>;
  /** Deletes entries. Resolves to how many were deleted, or would be with `dryRun`. */
  deleteMany(agentId: string, what: Deletion, options?: WritableOptions): Promise<number>;
  /** Entries in ascending order of their keys, fetched while you iterate. */
  list(
    agentId: string,
    options: ListOptions & { readonly memoryType: "long_term" | "shared" },
  ): Listing<LongTermEntry>;
  list(agentId: string, options?: ListOptions): Listing<Entry>;
  /** Every state of a long-term entry, newest first; rejects with `MEM_UNSUPPORTED` if the store keeps no history. */
  history(agentId: string, key: KeyLike, options?: RevisionOptions): Listing<Revision>;
  /**
   * Erases long-term entries and execution records for good: the stores' files hold no trace of them any more, in any
   * index, history or older version (`delete` only makes entries impossible to find). Given a `subject`, erases in
   * every store that is configured, of which there has to be at least one. Resolves to a receipt. After a failure, call
   * it again to go on. Does not touch short-term memory, conversations or the knowledge.
   */
  erase(what: ErasureTarget, options?: ErasureOptions): Promise<MemoryErasure>;
  /** The agent's entries whose text best answers the query, best first, from any workflow. */
  searchSimilar(
    agentId: string,
    query: string,
    options?: SearchSimilarOptions,
  ): Promise<SearchHit[]>;

  /**
   * Adds a message to the conversation of a workflow. Resolves to the message with its position. If a live session
   * keeps its conversation, the message is stored twice: if the second write fails, the call rejects with `outcome:
   * "unknown"` and says so. Then add the message again under its id.
   */
  addConversationMessage(
    workflowId: string,
    message: NewMessage,
    options?: AbortOptions,
  ): Promise<ConversationMessage>;
  /** The latest messages of a workflow, oldest first. */
  getConversationHistory(
    workflowId: string,
    options?: HistoryOptions,
  ): Promise<ConversationMessage[]>;
  /**
   * The messages of a workflow that best answer the query, best first. Searches the messages that every session of that
   * workflow kept in long-term memory (`keepConversation`). Messages not kept can be searched only in their session.
   */
  searchConversation(
    workflowId: string,
    query: string,
    options?: ConversationSearchOptions,
  ): Promise<MessageHit[]>;

  /** Adds a record to the audit trail, redacted if the manager has a `redact`. Resolves to its id once it is stored. */
  saveExecutionRecord(
    agentId: string,
    record: NewExecutionRecord,
    options?: AbortOptions,
  ): Promise<string>;
  /** The records of the audit trail, newest first by default. */
  getExecutionRecords(options?: RecordListOptions): Listing<ExecutionRecord>;
  /**
   * Statistics of execution records: how many of each status, the share of errors, the mean duration in milliseconds.
   * One result for each agent that has records, in the order of their ids.
   */
  getExecutionStats(options?: RecordStatsOptions): Promise<AgentRecordStats[]>;

  /** Starts or joins a workflow's lifetime. You probably want `createSession` of `@mem/session`, which is built on it. */
  startWorkflow(workflowId: string, options?: WorkflowOptions): Promise<Workflow>;
  /** Live sessions, in ascending order of their workflow ids. */
  listSessions(options?: SessionListOptions): Listing<WorkflowState>;
  /**
   * Removes the short-term data, conversation and activity of a workflow, and ends it if it is live. Long-term entries
   * and kept messages stay unless `longTerm` is `true`; the audit trail always stays.
   */
  clearSession(workflowId: string, options?: ClearSessionOptions): Promise<ClearedSession>;

  getStats(options?: AbortOptions): Promise<MemoryStats>;
  /** The health of every backend. Never rejects because a backend is down. */
  health(): Promise<MemoryHealth>;
  /** Waits for background work to finish: vectors, indexes, records. */
  flush(): Promise<void>;
  /** The memory of one agent, so that you need not name it in every call. */
  forAgent(agentId: string): AgentMemory;
}
