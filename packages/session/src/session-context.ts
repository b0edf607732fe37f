import {
  publishFailure,
  summarizeSession,
  type AbortOptions,
  type AgentMemory,
  type ClaimOptions,
  type JsonCompatible,
  type JsonValue,
  type KeyInput,
  type KeyLike,
  type KeyOutput,
  type MemoryKey,
  type NewExecutionRecord,
  type PromoteOptions,
  type ReadOptions,
  type SaveOptions,
  type SchemaOutput,
  type SessionSummary,
  type StandardSchema,
  type WatchedChange,
  type WatchOptions,
  type Workflow,
} from "@mem/core";
import type { LanguageName } from "@mem/search";
import { Claim } from "./claim.ts";
import { signalOf } from "./session-call.ts";
import { SessionConversation } from "./session-conversation.ts";
import type { SessionEnding } from "./session-ending.ts";
import type { ForkSessionOptions } from "./session-options.ts";

interface SessionParts {
  /** The language of the messages. */
  readonly language: LanguageName;
  readonly ending: SessionEnding;
  readonly fork: (options: ForkSessionOptions) => Promise<SessionContext>;
}

/**
 * A live session, as one of its members holds it. Made by `createSession`.
 *
 * Every call restarts the session's timeout. Once the session has ended, whoever ended it, every method except
 * `endSession` and `leave` rejects with `MEM_SESSION_ENDED`.
 */
export class SessionContext extends SessionConversation implements AsyncDisposable {
  readonly workflowId: string;
  readonly tenantId: string;
  /** Whether this member created the session; `false` if it joined. */
  readonly created: boolean;
  /** Whether its messages are also kept in long-term memory. */
  readonly keepsConversation: boolean;
  readonly #workflow: Workflow;
  readonly #parts: SessionParts;

  constructor(workflow: Workflow, parts: SessionParts) {
    super(workflow, parts.language);
    this.workflowId = workflow.workflowId;
    this.tenantId = workflow.tenantId;
    this.created = workflow.created;
    this.keepsConversation = workflow.keepsConversation;
    this.#workflow = workflow;
    this.#parts = parts;
  }

  /** Memory that all agents of the session share. */
  get team(): AgentMemory {
    return this.#workflow.team;
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

  /** The value that an agent stored in this session, or `undefined`. */
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
   * Copies an entry of an agent in this session to the agent's long-term memory, outside the session, with its
   * provenance (`derivedFrom`). Rejects with `MEM_NOT_FOUND` if there is none; the same promotion twice takes effect
   * once.
   */
  async promote(agentId: string, key: KeyLike, options?: PromoteOptions): Promise<void> {
    await this.#workflow.promote(agentId, key, options);
  }

  /**
   * Watches a key: yields its current state, then each later state that it sees. States in between may be skipped; the
   * last one never is. To resume after a change, pass its `position` as `after`. Without an `agentId`, watches a key of
   * the team. Rejects with `MEM_SESSION_ENDED` when the session ends.
   */
  watch<K extends MemoryKey>(
    options: WatchOptions<K>,
  ): AsyncIterableIterator<WatchedChange<KeyOutput<K>>, undefined>;
  watch(options: WatchOptions<string>): AsyncIterableIterator<WatchedChange, undefined>;
  watch(options: WatchOptions): AsyncIterableIterator<WatchedChange<never>, undefined> {
    return this.#workflow.watch(options as WatchOptions<never>);
  }

  /**
   * Claims a step, so that nobody else does it. Resolves to `undefined` if somebody holds it or it is done. `ttl` is in
   * seconds; after that the claim lapses unless it is renewed.
   */
  async claim(step: string, options: ClaimOptions): Promise<Claim | undefined> {
    const claim = await this.#workflow.claim(step, options);
    return claim && new Claim(this.#workflow, claim, Math.ceil(options.ttl * 1000));
  }

  /**
   * Starts another session whose conversation begins with a copy of this one, up to the position `through` (default:
   * all of it), with the same ids and times in the same order. You are the creator of the new session.
   */
  async fork(options: ForkSessionOptions = {}): Promise<SessionContext> {
    return this.#parts.fork(options);
  }

  /** Adds a record to the audit trail on behalf of the session. Resolves to its id once it is stored. */
  async saveExecutionRecord(
    agentId: string,
    record: Omit<NewExecutionRecord, "workflowId">,
    options: AbortOptions = {},
  ): Promise<string> {
    return this.#workflow.addRecord(agentId, record, signalOf(options));
  }

  /** What has happened so far: duration, what each agent did, who holds which step, and how much memory it takes. */
  async getSessionSummary(): Promise<SessionSummary> {
    const [state, size] = await Promise.all([this.#workflow.state(), this.#workflow.size()]);
    this.#parts.ending.saw(state);
    return summarizeSession(this.tenantId, state, { size });
  }

  /**
   * Ends the session for all members, removes its short-term data (unless `autoCleanup` is `false`), and resolves to a
   * summary. Safe to call again after the end: resolves to the last state that this member saw. Rejects with `outcome:
   * "applied"` if the end could not be recorded; call it again to record it.
   */
  async endSession(): Promise<SessionSummary> {
    return this.#parts.ending.end();
  }

  /** Ends the session if this member created it; otherwise leaves it to the others. */
  async leave(): Promise<void> {
    await this.#parts.ending.leave();
  }

  /**
   * Leaves the session. A failure is published on the channel `mem:failure` instead of thrown, so that it cannot hide
   * an error of the block; to get it as an error, call `endSession` at the end of the block.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave().catch((error: unknown) => publishFailure("leave a session", error));
  }
}
