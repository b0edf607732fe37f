import type {
  AgentMemory,
  ConversationMessage,
  ConversationSearchOptions,
  EndedWorkflow,
  HistoryOptions,
  JsonCompatible,
  JsonValue,
  KeyInput,
  KeyOutput,
  MemoryKey,
  MessageHit,
  MessageScorer,
  NewExecutionRecord,
  NewMessage,
  ReadOptions,
  SaveOptions,
  SchemaOutput,
  StandardSchema,
  Workflow,
  WorkflowState,
} from "@mem/core";
import type { LanguageName } from "@mem/search";
import { loadMessageScorer } from "./message-search.ts";
import { summarize, type SessionSummary } from "./session-summary.ts";

interface SessionSettings {
  readonly autoCleanup: boolean | undefined;
  /** Of the messages. */
  readonly language: LanguageName;
}

interface CallOptions {
  readonly signal?: AbortSignal;
}

/**
 * A live session, as one of its members holds it. Made by `createSession`.
 *
 * Every call slides the session's timeout. Once the session has ended, whoever ended it, every method but
 * `endSession` and `leave` rejects with `MEM_SESSION_ENDED`.
 */
export class SessionContext implements AsyncDisposable {
  readonly workflowId: string;
  readonly tenantId: string;
  /** Whether this member created the session; `false`: it joined. */
  readonly created: boolean;
  /** Whether its messages are kept in long-term memory, too. */
  readonly keepsConversation: boolean;
  /** Memory that all agents of the session share. */
  readonly team: AgentMemory;
  readonly #workflow: Workflow;
  readonly #settings: SessionSettings;
  #scorer: Promise<MessageScorer> | undefined;
  #last: WorkflowState;
  #left = false;
  #end: Promise<SessionSummary> | undefined;

  constructor(workflow: Workflow, settings: SessionSettings) {
    this.workflowId = workflow.workflowId;
    this.tenantId = workflow.tenantId;
    this.created = workflow.created;
    this.keepsConversation = workflow.keepsConversation;
    this.team = workflow.team;
    this.#workflow = workflow;
    this.#last = workflow.started;
    this.#settings = settings;
  }

  /** The memory of one agent within the session. */
  forAgent(agentId: string): AgentMemory {
    return this.#workflow.forAgent(agentId);
  }

  /** Stores a value for an agent; without a `ttl` it lives as long as the session. */
  async saveAgentMemory<K extends MemoryKey>(
    agentId: string,
    key: K,
    value: KeyInput<K>,
    options?: SaveOptions,
  ): Promise<boolean>;
  async saveAgentMemory(
    agentId: string,
    key: string,
    value: JsonValue,
    options?: SaveOptions,
  ): Promise<boolean>;
  async saveAgentMemory<T>(
    agentId: string,
    key: string,
    value: JsonCompatible<T> & T,
    options?: SaveOptions,
  ): Promise<boolean>;
  async saveAgentMemory(
    agentId: string,
    key: string | MemoryKey,
    value: unknown,
    options?: SaveOptions,
  ): Promise<boolean> {
    return this.forAgent(agentId).save(key as MemoryKey, value, options);
  }

  /** What an agent stored in this session, or `undefined`. */
  async retrieveAgentMemory<K extends MemoryKey>(
    agentId: string,
    key: K,
    options?: ReadOptions,
  ): Promise<KeyOutput<K> | undefined>;
  async retrieveAgentMemory<S extends StandardSchema>(
    agentId: string,
    key: string,
    options: ReadOptions & { readonly schema: S },
  ): Promise<SchemaOutput<S> | undefined>;
  async retrieveAgentMemory(
    agentId: string,
    key: string,
    options?: ReadOptions,
  ): Promise<JsonValue | undefined>;
  async retrieveAgentMemory(
    agentId: string,
    key: string | MemoryKey,
    options?: ReadOptions,
  ): Promise<unknown> {
    return this.forAgent(agentId).retrieve(key as string, options);
  }

  /**
   * Adds to the session's conversation; resolves the message with its place in it. Where the conversation is kept, it is
   * stored twice: a failure of the second time rejects with `outcome: "unknown"` and says so; add it again under its id.
   */
  async addConversationMessage(
    message: NewMessage,
    options: CallOptions = {},
  ): Promise<ConversationMessage> {
    return this.#workflow.addMessage(message, options.signal);
  }

  /** The last messages, oldest first. */
  async getConversationHistory(options?: HistoryOptions): Promise<ConversationMessage[]> {
    return this.#workflow.history(options);
  }

  /**
   * Messages that answer the query best, best first. Where the conversation is kept, those of earlier sessions of this
   * workflow are among them, and vectors count where the store has an embedder; otherwise the messages that
   * `getConversationHistory` gives are searched by their words, and the modes `"vector"` and `"hybrid"` reject with
   * `MEM_UNSUPPORTED`.
   */
  async searchConversation(
    query: string,
    options: ConversationSearchOptions = {},
  ): Promise<MessageHit[]> {
    this.#scorer ??= loadMessageScorer(this.#settings.language);
    return this.#workflow.searchConversation(query, options, await this.#scorer);
  }

  /** Adds a line to the audit trail in the session's name; resolves its id when it is stored. */
  async saveExecutionRecord(
    agentId: string,
    record: Omit<NewExecutionRecord, "workflowId">,
    options: CallOptions = {},
  ): Promise<string> {
    return this.#workflow.addRecord(agentId, record, options.signal);
  }

  /** What happened so far: duration, and what each agent did. */
  async getSessionSummary(): Promise<SessionSummary> {
    this.#last = await this.#workflow.state();
    return summarize(this.tenantId, this.#last);
  }

  /**
   * Ends the session for all members, removes its short-term data (unless `autoCleanup` is `false`), and resolves what
   * happened in it. Ending one that has ended is harmless: it resolves the last that this member saw.
   */
  async endSession(): Promise<SessionSummary> {
    this.#end ??= this.#endOnce();
    try {
      const summary = await this.#end;
      this.#left = true;
      return summary;
    } catch (error) {
      // A failed end can be tried again.
      this.#end = undefined;
      throw error;
    }
  }

  /** Ends the session if this member created it; otherwise leaves it to the others. */
  async leave(): Promise<void> {
    if (this.created && !this.#left) await this.endSession();
    this.#left = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave();
  }

  async #endOnce(): Promise<SessionSummary> {
    const { autoCleanup } = this.#settings;
    const keepData = autoCleanup === undefined ? {} : { keepData: !autoCleanup };
    const ended = await this.#workflow.end(keepData);
    // Somebody else, or the timeout, was first: then the last that this member saw is what it knows.
    return summarize(this.tenantId, ended?.state ?? this.#last, ended ?? NOTHING_REMOVED);
  }
}

const NOTHING_REMOVED: EndedWorkflow = { entries: 0, logItems: 0 };
