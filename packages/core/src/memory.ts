import type {
  AgentMemory,
  DeleteOptions,
  Deletion,
  IncrementOptions,
  JsonItem,
  ListOptions,
  Listing,
  ReadOptions,
  RevisionOptions,
  SaveItem,
  SaveOptions,
  SearchOptions,
  WritableOptions,
} from "./agent-memory.ts";
import type { NewExecutionRecord, RecordListOptions } from "./audit-trail.ts";
import type { ConversationMessage, HistoryOptions, NewMessage } from "./conversation.ts";
import type { ConversationSearchOptions } from "./conversation-search.ts";
import type { Entry, LongTermEntry } from "./entry.ts";
import type { Erasure } from "./erasure.ts";
import type { ErasureOptions, ErasureTarget } from "./erasure-target.ts";
import type { Health } from "./health.ts";
import type { JsonCompatible, JsonInput, JsonValue } from "./json.ts";
import type { LongTermStats } from "./long-term-store.ts";
import type { MessageHit } from "./message-hit.ts";
import type { SearchHit } from "./search-hit.ts";
import type { KeyInput, KeyLike, KeyOutput, MemoryKey } from "./memory-key.ts";
import type { ExecutionRecord } from "./record-store.ts";
import type { Revision } from "./revision.ts";
import type { SchemaOutput, StandardSchema } from "./standard-schema.ts";
import type { WorkflowState } from "./workflow-lifetimes.ts";
import type { Workflow } from "./workflow.ts";

export interface WorkflowOptions {
  /** Seconds without use after which it ends by itself. Default: the manager's `sessionTimeout`. */
  readonly timeout?: number;
  readonly metadata?: { readonly [key: string]: JsonInput };
  /**
   * Whether its messages are kept in long-term memory, too, so that `searchConversation` finds them after its end. Up to
   * whoever starts it: joining one that is told otherwise rejects with `MEM_CONFLICT`. Default `false`; of one that is
   * joined: as it was started.
   */
  readonly keepConversation?: boolean;
  /** What to do about one that is live. Default `"never"`. */
  readonly join?: "never" | "if-exists" | "must-exist";
  readonly signal?: AbortSignal;
}

export interface ClearedSession {
  readonly shortTermEntries: number;
  readonly messages: number;
  /** 0 unless `longTerm` was asked for. */
  readonly longTermEntries: number;
}

/** Totals of one tenant; what is not configured is absent. */
export interface MemoryStats {
  readonly tenantId: string;
  readonly shortTermEntries: number;
  readonly activeSessions: number;
  readonly longTermEntries?: number;
  /** Long-term entries whose vector is still to come. */
  readonly pendingVectors?: number;
  /** Of the long-term store's cache, whosever entries it holds; absent: it has none. */
  readonly longTermCache?: NonNullable<LongTermStats["cache"]>;
  readonly knowledgeEntries?: number;
}

/** The worst of its parts, and each of them by the name of its option. */
export interface MemoryHealth {
  readonly status: Health["status"];
  readonly parts: Readonly<Record<string, Health>>;
}

export interface SearchSimilarOptions extends SearchOptions {
  /** Search the memories of these agents instead of the one named first. */
  readonly agentIds?: readonly string[];
}

/**
 * The memory of one tenant: `MemoryManager` is one, `manager.forTenant(id)` gives others, which can neither leave their
 * tenant nor close the manager. The verbs on entries are those of `AgentMemory`, with the agent named first.
 */
export interface Memory {
  readonly tenantId: string;
  /** Stores a value in an agent's memory; `false` only when `ifVersion`, `ifAbsent` or `ifNew` was not met. */
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
  /** The value an agent stored, or `undefined`. */
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
  /** Replaces a value by what `change` makes of it; no change of another writer is lost. Resolves the new value. */
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
  /** Adds `by` (default 1) to a number in short-term memory, from 0 where there is none; resolves the sum. */
  increment(agentId: string, key: string, by?: number, options?: IncrementOptions): Promise<number>;
  /** Whether there was something to delete. */
  delete(agentId: string, key: KeyLike, options?: DeleteOptions): Promise<boolean>;
  /** Stores several values; whether each condition was met. A failure on the way rejects with `MEM_PARTIAL`. */
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
  /** How many were deleted, or would be with `dryRun`. */
  deleteMany(agentId: string, what: Deletion, options?: WritableOptions): Promise<number>;
  /** Entries in ascending order of their keys, fetched as they are walked. */
  list(
    agentId: string,
    options: ListOptions & { readonly memoryType: "long_term" | "shared" },
  ): Listing<LongTermEntry>;
  list(agentId: string, options?: ListOptions): Listing<Entry>;
  /** What a long-term entry was before, newest first; rejects with `MEM_UNSUPPORTED` where the store keeps no history. */
  history(agentId: string, key: KeyLike, options?: RevisionOptions): Listing<Revision>;
  /**
   * Erases long-term entries for good: the store's files hold nothing of them any more, in no index, history or older
   * version; `delete` only makes them unfindable. Resolves a receipt. Short-term memory, conversations, the audit trail
   * and the knowledge are not touched.
   */
  erase(what: ErasureTarget, options?: ErasureOptions): Promise<Erasure>;
  /** Past entries whose text answers the query best, best first; what the agent kept in any workflow. */
  searchSimilar(
    agentId: string,
    query: string,
    options?: SearchSimilarOptions,
  ): Promise<SearchHit[]>;

  /**
   * Adds to the conversation of a workflow; resolves the message with its place. Where a live session keeps its
   * conversation it is stored twice, and a failure of the second time rejects with `outcome: "unknown"` and says so: add
   * it again under its id.
   */
  addConversationMessage(
    workflowId: string,
    message: NewMessage,
    options?: { readonly signal?: AbortSignal },
  ): Promise<ConversationMessage>;
  /** The last messages of a workflow, oldest first. */
  getConversationHistory(
    workflowId: string,
    options?: HistoryOptions,
  ): Promise<ConversationMessage[]>;
  /**
   * Messages of a workflow that answer the query best, best first: of those that were kept in long-term memory
   * (`keepConversation`), of every session of that workflow. What a session does not keep is searched in the session alone.
   */
  searchConversation(
    workflowId: string,
    query: string,
    options?: ConversationSearchOptions,
  ): Promise<MessageHit[]>;

  /** Adds a line to the audit trail; resolves its id when it is stored. */
  saveExecutionRecord(
    agentId: string,
    record: NewExecutionRecord,
    options?: { readonly signal?: AbortSignal },
  ): Promise<string>;
  /** Lines of the audit trail, newest first unless asked otherwise. */
  getExecutionRecords(options?: RecordListOptions): Listing<ExecutionRecord>;

  /** Starts or joins a workflow's lifetime. Most want `createSession` of `@mem/session`, which stands on it. */
  startWorkflow(workflowId: string, options?: WorkflowOptions): Promise<Workflow>;
  /** Live sessions, in ascending order of their workflow ids. */
  listSessions(options?: {
    readonly limit?: number;
    readonly pageSize?: number;
  }): Listing<WorkflowState>;
  /**
   * Removes the short-term data, conversation and activity of a workflow, and ends it where it is live. Long-term
   * entries and kept messages stay unless `longTerm` is `true`; the audit trail always stays.
   */
  clearSession(
    workflowId: string,
    options?: { readonly longTerm?: boolean; readonly signal?: AbortSignal },
  ): Promise<ClearedSession>;

  getStats(options?: { readonly signal?: AbortSignal }): Promise<MemoryStats>;
  /** How every backend is; never rejects because one is ill. */
  health(): Promise<MemoryHealth>;
  /** Waits for what runs in the background: vectors, indexes, records. */
  flush(): Promise<void>;
  /** The memory of one agent, without naming it at every call. */
  forAgent(agentId: string): AgentMemory;
}
