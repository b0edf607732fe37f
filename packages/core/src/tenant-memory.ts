import type { AgentMemory, Deletion, Listing, SaveItem } from "./agent-memory.ts";
import {
  AuditTrail,
  RECORD_LIST_OPTIONS,
  RECORD_STATS_OPTIONS,
  type RecordListOptions,
  type RecordStatsOptions,
} from "./audit-trail.ts";
import type { Backends } from "./backends.ts";
import { checkFlag, checkOptions } from "./checks.ts";
import type { NewExecutionRecord } from "./complete-record.ts";
import { HISTORY_OPTIONS, type HistoryOptions } from "./conversation/conversation.ts";
import type { ConversationMessage, NewMessage } from "./conversation/message.ts";
import {
  CONVERSATION_SEARCH_OPTIONS,
  type ConversationSearchOptions,
} from "./conversation/conversation-search.ts";
import type { LongTermEntry } from "./entry.ts";
import {
  ERASURE_OPTIONS,
  erasureRequests,
  type ErasureOptions,
  type ErasureTarget,
} from "./erasure-target.ts";
import { throwIfAborted } from "./errors.ts";
import type { CallOptions } from "./keyed-store.ts";
import { clearSession } from "./session-clearing.ts";
import { createListing } from "./listing.ts";
import type { MessageHit } from "./message-hit.ts";
import { OutsideConversation } from "./conversation/outside-conversation.ts";
import { eraseAll } from "./memory-erasure.ts";
import type { SearchHit } from "./search-hit.ts";
import type { KeyLike } from "./memory-key.ts";
import {
  CLEAR_SESSION_OPTIONS,
  SEARCH_SIMILAR_OPTIONS,
  SESSION_LIST_OPTIONS,
  type ClearedSession,
  type ClearSessionOptions,
  type Memory,
  type MemoryErasure,
  type MemoryHealth,
  type MemoryStats,
  type SearchSimilarOptions,
  type SessionListOptions,
} from "./memory.ts";
import {
  ABORT_OPTIONS,
  type AbortOptions,
  type DeleteOptions,
  type IncrementOptions,
  type ListOptions,
  type ReadOptions,
  type RevisionOptions,
  type SaveOptions,
  type SchemaReadOptions,
  type WritableOptions,
} from "./memory-options.ts";
import type { AgentRecordStats, ExecutionRecord } from "./record-store.ts";
import type { Revision } from "./revision.ts";
import { Router } from "./router.ts";
import { checkId, type WorkflowRef } from "./scope.ts";
import { ScopedMemory } from "./scoped-memory.ts";
import { checkAgentIds } from "./search-query.ts";
import type { WorkflowState } from "./workflow-lifetimes.ts";
import { totalHealth, totalStats } from "./totals.ts";
import { Workflow } from "./workflow/workflow.ts";
import { withoutSettings } from "./workflow/workflow-settings.ts";
import {
  startWorkflow,
  WORKFLOW_OPTIONS,
  type WorkflowOptions,
} from "./workflow/workflow-start.ts";

/** How many agents' handles to cache, so that a call need not make one. */
const KNOWN_AGENTS = 1000;

/** The one implementation of `Memory`: a tenant over the backends. It owns nothing. */
export class TenantMemory implements Memory {
  readonly #tenantId: string;
  readonly #backends: Backends;
  readonly #trail: AuditTrail;
  readonly #agents = new Map<string, ScopedMemory>();

  constructor(backends: Backends, tenantId: string) {
    this.#tenantId = checkId(tenantId, "tenantId");
    this.#backends = backends;
    this.#trail = new AuditTrail(backends, tenantId);
  }

  get tenantId(): string {
    return this.#tenantId;
  }

  save(agentId: string, key: KeyLike, value: unknown, options?: SaveOptions): Promise<boolean> {
    // This and `retrieve` are called most, so they avoid `#by`, whose closure takes memory at each call.
    try {
      return this.#agent(agentId).save(key, value, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  retrieve(agentId: string, key: KeyLike, options?: SchemaReadOptions): Promise<never> {
    try {
      return this.#agent(agentId).retrieve(key, options) as Promise<never>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  retrieveEntry(agentId: string, key: KeyLike, options?: ReadOptions): Promise<never> {
    return this.#by(agentId, (agent) => agent.retrieveEntry(key, options)) as Promise<never>;
  }

  update(
    agentId: string,
    key: KeyLike,
    change: (old: never) => unknown,
    options?: WritableOptions,
  ): Promise<never> {
    return this.#by(agentId, (agent) => agent.update(key, change, options));
  }

  increment(
    agentId: string,
    key: string,
    by?: number,
    options?: IncrementOptions,
  ): Promise<number> {
    return this.#by(agentId, (agent) => agent.increment(key, by, options));
  }

  delete(agentId: string, key: KeyLike, options?: DeleteOptions): Promise<boolean> {
    return this.#by(agentId, (agent) => agent.delete(key, options));
  }

  saveMany(
    agentId: string,
    items: readonly SaveItem[],
    options?: WritableOptions,
  ): Promise<boolean[]> {
    return this.#by(agentId, (agent) => agent.saveMany(items, options));
  }

  retrieveMany(agentId: string, keys: readonly string[], options?: ReadOptions): Promise<never> {
    return this.#by(agentId, (agent) => agent.retrieveMany(keys, options)) as Promise<never>;
  }

  deleteMany(agentId: string, what: Deletion, options?: WritableOptions): Promise<number> {
    return this.#by(agentId, (agent) => agent.deleteMany(what, options));
  }

  list(agentId: string, options?: ListOptions): Listing<LongTermEntry> {
    return this.#agent(agentId).list(options);
  }

  history(agentId: string, key: KeyLike, options?: RevisionOptions): Listing<Revision> {
    return this.#agent(agentId).history(key, options);
  }

  async erase(what: ErasureTarget, options: ErasureOptions = {}): Promise<MemoryErasure> {
    checkOptions(options, ERASURE_OPTIONS);
    const { dryRun = false, signal } = options;
    return eraseAll(this.#backends, erasureRequests(this.#tenantId, what), {
      ...callOptions(signal),
      dryRun: checkFlag(dryRun, "options.dryRun"),
    });
  }

  async searchSimilar(
    agentId: string,
    query: string,
    options: SearchSimilarOptions = {},
  ): Promise<SearchHit[]> {
    checkOptions(options, SEARCH_SIMILAR_OPTIONS);
    const { agentIds, ...search } = options;
    const agent =
      agentIds === undefined
        ? this.#agent(agentId)
        : this.#makeAgent(agentId, checkAgentIds(agentIds));
    return agent.search(query, search);
  }

  async addConversationMessage(
    workflowId: string,
    message: NewMessage,
    options: AbortOptions = {},
  ): Promise<ConversationMessage> {
    checkOptions(options, ABORT_OPTIONS);
    return this.#conversation(workflowId).add(message, callOptions(options.signal));
  }

  async getConversationHistory(
    workflowId: string,
    options: HistoryOptions = {},
  ): Promise<ConversationMessage[]> {
    checkOptions(options, HISTORY_OPTIONS);
    return this.#conversation(workflowId).history(options, callOptions(options.signal));
  }

  async searchConversation(
    workflowId: string,
    query: string,
    options: ConversationSearchOptions = {},
  ): Promise<MessageHit[]> {
    checkOptions(options, CONVERSATION_SEARCH_OPTIONS);
    return this.#conversation(workflowId).search(query, options, callOptions(options.signal));
  }

  async saveExecutionRecord(
    agentId: string,
    record: NewExecutionRecord,
    options: AbortOptions = {},
  ): Promise<string> {
    checkOptions(options, ABORT_OPTIONS);
    return this.#trail.add(agentId, record, callOptions(options.signal));
  }

  getExecutionRecords(options: RecordListOptions = {}): Listing<ExecutionRecord> {
    checkOptions(options, RECORD_LIST_OPTIONS);
    return this.#trail.list(options);
  }

  async getExecutionStats(options: RecordStatsOptions = {}): Promise<AgentRecordStats[]> {
    checkOptions(options, RECORD_STATS_OPTIONS);
    return this.#trail.stats(options, callOptions(options.signal));
  }

  async startWorkflow(workflowId: string, options: WorkflowOptions = {}): Promise<Workflow> {
    checkOptions(options, WORKFLOW_OPTIONS);
    const call = callOptions(options.signal);
    const started = await startWorkflow(this.#backends, this.#workflow(workflowId), options, call);
    return new Workflow(this.#backends, this.#tenantId, started);
  }

  listSessions(options: SessionListOptions = {}): Listing<WorkflowState> {
    checkOptions(options, SESSION_LIST_OPTIONS);
    return createListing<WorkflowState>({
      fetch: async (cursor, limit) => {
        const request = { limit, ...(cursor !== undefined && { cursor }) };
        const page = await this.#backends.shortTerm.listWorkflows(this.#tenantId, request);
        return { ...page, items: page.items.map(withoutSettings) };
      },
      limit: options.limit,
      pageSize: options.pageSize,
    });
  }

  async clearSession(
    workflowId: string,
    options: ClearSessionOptions = {},
  ): Promise<ClearedSession> {
    checkOptions(options, CLEAR_SESSION_OPTIONS);
    const { longTerm = false, signal } = options;
    return clearSession(this.#backends, this.#workflow(workflowId), longTerm, callOptions(signal));
  }

  async getStats(options: AbortOptions = {}): Promise<MemoryStats> {
    checkOptions(options, ABORT_OPTIONS);
    return totalStats(this.#backends, this.#tenantId, callOptions(options.signal));
  }

  async health(): Promise<MemoryHealth> {
    return totalHealth(this.#backends);
  }

  async flush(): Promise<void> {
    const { longTerm, records } = this.#backends.configured;
    await Promise.all([longTerm?.flush(), records?.flush()]);
  }

  forAgent(agentId: string): AgentMemory {
    return this.#agent(agentId);
  }

  /** Like an `async` function, without its cost: errors thrown synchronously become rejections. */
  #by<T>(agentId: string, call: (agent: ScopedMemory) => Promise<T>): Promise<T> {
    try {
      return call(this.#agent(agentId));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #agent(agentId: string): ScopedMemory {
    const known = this.#agents.get(agentId);
    if (known !== undefined) return known;
    const agent = this.#makeAgent(agentId, [agentId]);
    if (this.#agents.size === KNOWN_AGENTS) this.#agents.clear();
    this.#agents.set(agentId, agent);
    return agent;
  }

  #makeAgent(agentId: string, agentIds: readonly string[]): ScopedMemory {
    const tenantId = this.#tenantId;
    return new ScopedMemory(
      new Router(this.#backends, {
        scope: { tenantId, agentId: checkId(agentId, "agentId") },
        searchScope: { tenantId, agentIds },
        ttlMs: this.#backends.shortTermTtlMs,
      }),
    );
  }

  #conversation(workflowId: string): OutsideConversation {
    return new OutsideConversation(this.#backends, this.#workflow(workflowId));
  }

  #workflow(workflowId: string): WorkflowRef {
    return { tenantId: this.#tenantId, workflowId: checkId(workflowId, "workflowId") };
  }
}

function callOptions(signal: AbortSignal | undefined): CallOptions {
  throwIfAborted(signal);
  return signal === undefined ? {} : { signal };
}
