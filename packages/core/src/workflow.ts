import type { AgentMemory } from "./agent-memory.ts";
import { AuditTrail, type NewExecutionRecord } from "./audit-trail.ts";
import type { Backends } from "./backends.ts";
import {
  Conversation,
  type ConversationMessage,
  type HistoryOptions,
  type NewMessage,
} from "./conversation.ts";
import {
  conversationRequest,
  refuseVectors,
  searchMessages,
  type ConversationSearchOptions,
  type MessageScorer,
} from "./conversation-search.ts";
import { checkOptions } from "./checks.ts";
import { isMemoryError, MemoryError, throwIfAborted } from "./errors.ts";
import { publishFailure } from "./failure-channel.ts";
import { KeptConversation } from "./kept-conversation.ts";
import type { ActivityKind, CallOptions } from "./keyed-store.ts";
import type { MessageHit } from "./message-hit.ts";
import { searchReranked } from "./reranker.ts";
import { Router } from "./router.ts";
import { checkId, type WorkflowRef } from "./scope.ts";
import { ScopedMemory } from "./scoped-memory.ts";
import type { SearchRequest } from "./search-request.ts";
import type { EndedWorkflow, StartedWorkflow, WorkflowState } from "./workflow-lifetimes.ts";
import { keepsConversation, withoutSettings } from "./workflow-settings.ts";

/**
 * One lifetime of a workflow, as its members hold it: what `@mem/session` is built on.
 *
 * Every call is tied to this lifetime: it slides the expiry, counts as activity, and rejects with `MEM_SESSION_ENDED`
 * once the lifetime is over, whoever ended it.
 */
export class Workflow {
  readonly workflowId: string;
  readonly tenantId: string;
  readonly epoch: string;
  /** `false`: it was live already and has been joined. */
  readonly created: boolean;
  /** Whether its messages are kept in long-term memory, too; decided by whoever started it. */
  readonly keepsConversation: boolean;
  /** The state it was in when it was started or joined. */
  readonly started: WorkflowState;
  /** What all agents of the workflow share. */
  readonly team: AgentMemory;
  readonly #backends: Backends;
  readonly #ref: WorkflowRef;
  readonly #conversation: Conversation;
  readonly #kept: KeptConversation;
  readonly #trail: AuditTrail;

  constructor(backends: Backends, tenantId: string, started: StartedWorkflow) {
    this.workflowId = started.workflowId;
    this.tenantId = tenantId;
    this.epoch = started.epoch;
    this.created = started.created;
    this.keepsConversation = keepsConversation(started);
    this.started = withoutSettings(started);
    this.#backends = backends;
    this.#ref = { tenantId, workflowId: started.workflowId };
    this.#conversation = new Conversation(backends, this.#ref);
    this.#kept = new KeptConversation(backends, this.#ref);
    this.#trail = new AuditTrail(backends, tenantId);
    this.team = new ScopedMemory(
      new Router(backends, {
        scope: this.#ref,
        searchScope: this.#ref,
        ttlMs: "session",
        epoch: this.epoch,
      }),
    );
  }

  /** The memory of one agent within the workflow; by search it also finds what the agent kept in others. */
  forAgent(agentId: string): AgentMemory {
    const { tenantId } = this;
    const scope = { ...this.#ref, agentId: checkId(agentId, "agentId") };
    const searchScope = { tenantId, agentIds: [agentId] };
    return new ScopedMemory(
      new Router(this.#backends, { scope, searchScope, ttlMs: "session", epoch: this.epoch }),
    );
  }

  async addMessage(message: NewMessage, signal?: AbortSignal): Promise<ConversationMessage> {
    const prepared = this.#conversation.prepare(message);
    const call = this.#call("message", message.agentId, signal);
    const added = await this.#conversation.add(prepared, "session", call);
    if (this.keepsConversation) await this.#kept.keep(added, this.epoch, signal);
    return added;
  }

  /**
   * Messages that answer the query best, best first: of those that are kept, of every lifetime; otherwise of the
   * conversation as far as it is there, scored by `score`.
   */
  async searchConversation(
    query: string,
    options: ConversationSearchOptions,
    score: MessageScorer,
  ): Promise<MessageHit[]> {
    checkOptions(options);
    const { reranker, signal } = options;
    const request = conversationRequest(query, options);
    if (!this.keepsConversation) refuseVectors(request);
    const call = this.#call(undefined, undefined, signal);
    const search = async (asked: SearchRequest): Promise<MessageHit[]> => {
      if (!this.keepsConversation) {
        const messages = await this.#conversation.history({}, call);
        return searchMessages(messages, asked, score, this.#backends.clock.now());
      }
      await this.state(call);
      return this.#kept.search(asked, signal === undefined ? {} : { signal });
    };
    return searchReranked(reranker, request, search, signal);
  }

  async history(options: HistoryOptions = {}): Promise<ConversationMessage[]> {
    return this.#conversation.history(options, this.#call(undefined, undefined, options.signal));
  }

  /**
   * Stores a record of the workflow and counts it; resolves its id. Refused like any call once the lifetime is over.
   */
  async addRecord(
    agentId: string,
    record: Omit<NewExecutionRecord, "workflowId">,
    signal?: AbortSignal,
  ): Promise<string> {
    // Copied before anything is awaited, and counted once it is stored.
    const complete = this.#trail.complete(agentId, { ...record, workflowId: this.workflowId });
    await this.state(this.#call(undefined, undefined, signal));
    await this.#trail.store(complete, signal === undefined ? {} : { signal });
    await this.#count(record.status === "error" ? "error" : "record", agentId);
    return complete.id;
  }

  /** The record is stored, so its caller must not hear of a failure and store it again, whatever became of its count. */
  async #count(activity: ActivityKind, agentId: string): Promise<void> {
    try {
      await this.#backends.shortTerm.getWorkflow(this.#ref, this.#call(activity, agentId));
    } catch (error) {
      // A session that ended meanwhile has no more use for it.
      if (!isMemoryError(error, "MEM_SESSION_ENDED")) publishFailure("count a record", error);
    }
  }

  /** The state of this lifetime; rejects with `MEM_SESSION_ENDED` when it is over. */
  async state(call: CallOptions = this.#call()): Promise<WorkflowState> {
    const state = await this.#backends.shortTerm.getWorkflow(this.#ref, call);
    if (state === undefined) {
      throw new MemoryError("MEM_SESSION_ENDED", "the session has ended");
    }
    return withoutSettings(state);
  }

  /**
   * Ends this lifetime and removes its short-term data, or leaves it to its expiry with `keepData` (default: the
   * opposite of the manager's `autoCleanup`). Of several that end it, one is answered; the others get `undefined`.
   */
  async end(
    options: { readonly keepData?: boolean; readonly signal?: AbortSignal } = {},
  ): Promise<EndedWorkflow | undefined> {
    const { keepData = !this.#backends.autoCleanup, signal } = options;
    try {
      // Tied to the lifetime like any call: so its last state says when it ended.
      const ended = await this.#backends.shortTerm.endWorkflow(
        this.#ref,
        { epoch: this.epoch, keepData },
        this.#call(undefined, undefined, signal),
      );
      if (ended?.state === undefined) return ended;
      return { ...ended, state: withoutSettings(ended.state) };
    } catch (error) {
      if (isMemoryError(error, "MEM_SESSION_ENDED")) return undefined;
      throw error;
    }
  }

  #call(activity?: ActivityKind, agentId?: string, signal?: AbortSignal): CallOptions {
    throwIfAborted(signal);
    return {
      session: {
        epoch: this.epoch,
        ...(activity !== undefined && { activity }),
        ...(agentId !== undefined && { agentId }),
      },
      ...(signal !== undefined && { signal }),
    };
  }
}
