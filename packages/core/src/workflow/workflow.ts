import type { AgentMemory } from "../agent-memory.ts";
import type { NewExecutionRecord } from "../complete-record.ts";
import type { Backends } from "../backends.ts";
import { checkOptions, type NamesOf } from "../checks.ts";
import { HISTORY_OPTIONS, type HistoryOptions } from "../conversation/conversation.ts";
import type {
  ConversationSearchOptions,
  MessageScorer,
} from "../conversation/conversation-search.ts";
import {
  keepSummary,
  readSummary,
  type ConversationSummary,
} from "../conversation/conversation-summary.ts";
import type { ConversationMessage, MessageChange, NewMessage } from "../conversation/message.ts";
import { isMemoryError } from "../errors.ts";
import { publishFailure } from "../failure-channel.ts";
import type { ClaimRef } from "../keyed-store.ts";
import type { KeyLike, KeyOutput, MemoryKey } from "../memory-key.ts";
import type { MessageHit } from "../message-hit.ts";
import { checkId } from "../scope.ts";
import type {
  ClaimChange,
  EndedWorkflow,
  StartedWorkflow,
  WorkflowClaim,
  WorkflowSize,
  WorkflowState,
} from "../workflow-lifetimes.ts";
import { ClaimedWorkflow } from "./claimed-workflow.ts";
import { EntryWatch } from "./entry-watch.ts";
import { checkFork, copyConversation, type ForkOptions } from "./fork.ts";
import { Lifetime } from "./lifetime.ts";
import { addMessage, deleteMessage, editMessage } from "./member-messages.ts";
import { addRecord, liveState, sessionEnded } from "./member-records.ts";
import { searchConversation } from "./member-search.ts";
import { promote, type PromoteOptions } from "./promotion.ts";
import { checkClaim, checkClaimChange, claimRequest, type ClaimOptions } from "./step-claims.ts";
import { checkWatch, type WatchedChange, type WatchOptions } from "./watched-change.ts";
import { settingsOf, withoutSettings } from "./workflow-settings.ts";
import { startWorkflow } from "./workflow-start.ts";

export interface WorkflowEndOptions {
  /** Keeps the data until it expires. Default: the opposite of the manager's `autoCleanup`. */
  readonly keepData?: boolean;
  readonly signal?: AbortSignal;
}

const WORKFLOW_END_OPTIONS: NamesOf<WorkflowEndOptions> = { keepData: true, signal: true };

/**
 * One lifetime of a workflow, as one of its members holds it. `@mem/session` is built on it.
 *
 * Every call belongs to this lifetime: it restarts the timeout, counts as activity, and rejects with
 * `MEM_SESSION_ENDED` once the lifetime is over, whoever ended it.
 */
export class Workflow {
  /** Whether this member started it; `false`: it was live already, and this member joined it. */
  readonly created: boolean;
  /** The agent whose records tell of its start and end, as set by whoever started it; absent if none do. */
  readonly recordAs: string | undefined;
  /** Its state when this member started or joined it. */
  readonly started: WorkflowState;
  readonly #lifetime: Lifetime;
  #team: AgentMemory | undefined;

  constructor(backends: Backends, tenantId: string, started: StartedWorkflow) {
    const { created, expired: _, ...state } = started;
    const { workflowId } = state;
    this.created = created;
    const { keepConversation, recordAs } = settingsOf(state);
    this.recordAs = recordAs;
    this.started = withoutSettings(state);
    this.#lifetime = new Lifetime(backends, { tenantId, workflowId }, state, keepConversation);
  }

  get workflowId(): string {
    return this.#lifetime.ref.workflowId;
  }

  get tenantId(): string {
    return this.#lifetime.ref.tenantId;
  }

  get epoch(): string {
    return this.#lifetime.epoch;
  }

  /** Whether its messages are also kept in long-term memory, as set by the member that started it. */
  get keepsConversation(): boolean {
    return this.#lifetime.keepsConversation;
  }

  /** Memory that all agents of the workflow share. */
  get team(): AgentMemory {
    return (this.#team ??= this.#lifetime.team());
  }

  /** The memory of one agent within the workflow; its search also finds what the agent stored in other workflows. */
  forAgent(agentId: string): AgentMemory {
    return this.#lifetime.forAgent(agentId);
  }

  /** Adds a message to the conversation. Resolves to the message with its position. */
  async addMessage(message: NewMessage, signal?: AbortSignal): Promise<ConversationMessage> {
    return addMessage(this.#lifetime, message, signal);
  }

  /**
   * Changes a message of the conversation; no change of another member is lost. Rejects with `MEM_NOT_FOUND` if the
   * conversation has no message with this id.
   */
  async editMessage(
    id: string,
    change: MessageChange,
    signal?: AbortSignal,
  ): Promise<ConversationMessage> {
    return editMessage(this.#lifetime, id, change, signal);
  }

  /**
   * Deletes a message. Resolves to whether there was one, in the conversation or among its kept messages. A message
   * that another member is adding at the same time may still be kept afterwards; delete it again to remove it.
   */
  async deleteMessage(id: string, signal?: AbortSignal): Promise<boolean> {
    return deleteMessage(this.#lifetime, id, signal);
  }

  /** The latest messages, oldest first. */
  async history(options: HistoryOptions = {}): Promise<ConversationMessage[]> {
    checkOptions(options, HISTORY_OPTIONS);
    return this.#lifetime.conversation.history(options, this.#lifetime.reading(options.signal));
  }

  /**
   * The messages that best answer the query, best first. If the conversation is kept, searches the kept messages of
   * every lifetime; otherwise those that the conversation still has, scored by `score`.
   */
  async searchConversation(
    query: string,
    options: ConversationSearchOptions,
    score: MessageScorer,
  ): Promise<MessageHit[]> {
    return searchConversation(this.#lifetime, query, options, score);
  }

  /** The rolling summary of the messages that no longer fit the agents' context; it lives as long as the session. */
  async conversationSummary(signal?: AbortSignal): Promise<ConversationSummary | undefined> {
    const { backends, ref } = this.#lifetime;
    return readSummary(backends, ref, this.#lifetime.reading(signal));
  }

  /**
   * Stores a rolling summary, unless the stored one covers as much of the conversation or more, whoever made it.
   * Resolves to the summary that is stored afterwards.
   */
  async keepConversationSummary(
    summary: ConversationSummary,
    signal?: AbortSignal,
  ): Promise<ConversationSummary> {
    const { backends, ref } = this.#lifetime;
    return keepSummary(backends, ref, summary, this.#lifetime.reading(signal));
  }

  /**
   * Starts another workflow whose conversation begins with a copy of this one: the same messages, ids and times, at new
   * positions, and the rolling summary. Memory is not copied. If copying fails, the new workflow is ended.
   */
  async fork(workflowId: string, options: ForkOptions = {}): Promise<Workflow> {
    const { through, ...start } = await checkFork(this.#lifetime, options);
    const { backends, ref } = this.#lifetime;
    const workflow = { ...ref, workflowId: checkId(workflowId, "workflowId") };
    const { signal } = options;
    const call = signal === undefined ? {} : { signal };
    const started = await startWorkflow(backends, workflow, start, call);
    const fork = new Workflow(backends, ref.tenantId, started);
    try {
      await copyConversation(this.#lifetime, fork.#lifetime, through, signal);
      return fork;
    } catch (error) {
      await fork.#abandon();
      throw error;
    }
  }

  /**
   * Claims a step, so that nobody else does it at the same time. Resolves to `undefined` if somebody holds it or it is
   * done. The token of a claim is greater than that of every claim before it.
   */
  async claim(step: string, options: ClaimOptions): Promise<WorkflowClaim | undefined> {
    const { backends, ref } = this.#lifetime;
    const request = claimRequest(step, options);
    const call = this.#lifetime.counting("operation", request.agentId, options.signal);
    return backends.shortTerm.claim(ref, request, call);
  }

  /** Renews a claim, completes its step or releases it. Rejects with `MEM_CONFLICT` if the claim is no longer held. */
  async changeClaim(change: ClaimChange, signal?: AbortSignal): Promise<WorkflowClaim> {
    const { backends, ref } = this.#lifetime;
    return backends.shortTerm.changeClaim(
      ref,
      checkClaimChange(change),
      this.#lifetime.reading(signal),
    );
  }

  /** The same workflow for the holder of a claim: every write requires that the claim is still held. */
  claimed(claim: ClaimRef): ClaimedWorkflow {
    return new ClaimedWorkflow(this.#lifetime, checkClaim(claim, "claim"));
  }

  /**
   * Watches a key of an agent, or of the team: yields its current state, then waits for each change. States that follow
   * each other quickly may be skipped; the last one never is. Waiting keeps the session alive. Rejects with
   * `MEM_SESSION_ENDED` when the session ends, and with `MEM_ABORTED` when the signal fires; leaving the loop frees all
   * resources. Throws for bad options.
   */
  watch<K extends MemoryKey>(
    options: WatchOptions<K>,
  ): AsyncIterableIterator<WatchedChange<KeyOutput<K>>, undefined>;
  watch(options: WatchOptions<string>): AsyncIterableIterator<WatchedChange, undefined>;
  watch(options: WatchOptions): AsyncIterableIterator<WatchedChange<never>, undefined> {
    checkWatch(options);
    const { timeoutMs } = this.started;
    const watch = new EntryWatch(this.#lifetime, { ...options }, timeoutMs);
    return watch as AsyncIterableIterator<WatchedChange<never>, undefined>;
  }

  /**
   * Copies an entry of an agent in this session to the agent's long-term memory, outside the workflow, with its
   * provenance. The same promotion twice takes effect once. Rejects with `MEM_NOT_FOUND` if the agent has no entry
   * under the key.
   */
  async promote(agentId: string, key: KeyLike, options: PromoteOptions = {}): Promise<void> {
    return promote(this.#lifetime, agentId, key, options);
  }

  /** Stores an execution record of the workflow and counts it. Resolves to its id. Rejects once the lifetime ends. */
  async addRecord(
    agentId: string,
    record: Omit<NewExecutionRecord, "workflowId">,
    signal?: AbortSignal,
  ): Promise<string> {
    return addRecord(this.#lifetime, agentId, record, signal);
  }

  /** How much storage the session takes in its backend. */
  async size(signal?: AbortSignal): Promise<WorkflowSize> {
    const { backends, ref } = this.#lifetime;
    const size = await backends.shortTerm.workflowSize(ref, this.#lifetime.reading(signal));
    if (size === undefined) throw sessionEnded();
    return size;
  }

  /** The state of this lifetime; rejects with `MEM_SESSION_ENDED` once it is over. */
  async state(signal?: AbortSignal): Promise<WorkflowState> {
    return withoutSettings(await liveState(this.#lifetime, this.#lifetime.reading(signal)));
  }

  /**
   * Ends this lifetime and removes its short-term data, or with `keepData` leaves it to expire. Of several calls that
   * end the same lifetime, one gets the result; the others resolve to `undefined`.
   */
  async end(options: WorkflowEndOptions = {}): Promise<EndedWorkflow | undefined> {
    checkOptions(options, WORKFLOW_END_OPTIONS);
    const { backends, ref, epoch } = this.#lifetime;
    const { keepData = !backends.autoCleanup, signal } = options;
    try {
      // Tied to the lifetime like any call, so that its last state says when it ended.
      const call = this.#lifetime.reading(signal);
      const ended = await backends.shortTerm.endWorkflow(ref, { epoch, keepData }, call);
      if (ended?.state === undefined) return ended;
      return { ...ended, state: withoutSettings(ended.state) };
    } catch (error) {
      if (isMemoryError(error, "MEM_SESSION_ENDED")) return undefined;
      throw error;
    }
  }

  /** Removes a fork that no caller has received. */
  async #abandon(): Promise<void> {
    const { kept, keepsConversation, epoch } = this.#lifetime;
    try {
      await this.end({ keepData: false });
      if (keepsConversation) await kept.removeAll(epoch);
    } catch (error) {
      publishFailure("end a fork whose conversation could not be copied", error);
    }
  }
}
