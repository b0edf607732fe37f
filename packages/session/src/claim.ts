import {
  isMemoryError,
  publishFailure,
  type AbortOptions,
  type AgentMemory,
  type ClaimedWorkflow,
  type ConversationMessage,
  type MessageChange,
  type NewExecutionRecord,
  type NewMessage,
  type Workflow,
  type WorkflowClaim,
} from "@mem/core";
import { signalOf } from "./session-call.ts";

/**
 * The exclusive right to do one step of a session. Made by `session.claim`.
 *
 * It lapses unless it is renewed in time: then others may claim the step, and writes through this claim reject with
 * `MEM_CONFLICT`. Use it with `await using`: leaving the block releases it unless the step was completed.
 */
export class Claim implements AsyncDisposable {
  readonly step: string;
  /** Fencing token: greater than that of every claim before it in this session, for external systems that check it. */
  readonly token: number;
  readonly #workflow: Workflow;
  readonly #claimed: ClaimedWorkflow;
  readonly #ttlMs: number;
  #expiresAt: number;
  #isOver = false;

  constructor(workflow: Workflow, { step, token, expiresAt = 0 }: WorkflowClaim, ttlMs: number) {
    this.step = step;
    this.token = token;
    this.#workflow = workflow;
    this.#claimed = workflow.claimed({ step, token });
    this.#ttlMs = ttlMs;
    this.#expiresAt = expiresAt;
  }

  /** When it lapses unless it is renewed: milliseconds since 1970, by the backend's clock. */
  get expiresAt(): number {
    return this.#expiresAt;
  }

  /** `session.team`, but every write requires that this claim is still held. */
  get team(): AgentMemory {
    return this.#claimed.team;
  }

  /** `session.forAgent`, but every write requires that this claim is still held; so a claim can be an agent's `home`. */
  forAgent(agentId: string): AgentMemory {
    return this.#claimed.forAgent(agentId);
  }

  async addConversationMessage(
    message: NewMessage,
    options: AbortOptions = {},
  ): Promise<ConversationMessage> {
    return this.#claimed.addMessage(message, signalOf(options));
  }

  async editMessage(
    id: string,
    change: MessageChange,
    options: AbortOptions = {},
  ): Promise<ConversationMessage> {
    return this.#claimed.editMessage(id, change, signalOf(options));
  }

  async deleteMessage(id: string, options: AbortOptions = {}): Promise<boolean> {
    return this.#claimed.deleteMessage(id, signalOf(options));
  }

  /** `session.saveExecutionRecord`: records what happened even if the claim was lost. */
  async saveExecutionRecord(
    agentId: string,
    record: Omit<NewExecutionRecord, "workflowId">,
    options: AbortOptions = {},
  ): Promise<string> {
    return this.#workflow.addRecord(agentId, record, signalOf(options));
  }

  /** Extends the claim to its `ttl` from now. Rejects with `MEM_CONFLICT` if it is no longer held. */
  async renew(options: AbortOptions = {}): Promise<void> {
    const change = { ...this.#ref(), to: "renewed", ttlMs: this.#ttlMs } as const;
    const { expiresAt } = await this.#workflow.changeClaim(change, signalOf(options));
    if (expiresAt !== undefined) this.#expiresAt = expiresAt;
  }

  /**
   * Marks the step as done: nobody can claim it again in this session. Rejects with `MEM_CONFLICT` if the claim is no
   * longer held: then somebody else may be doing the step.
   */
  async complete(options: AbortOptions = {}): Promise<void> {
    await this.#workflow.changeClaim({ ...this.#ref(), to: "done" }, signalOf(options));
    this.#isOver = true;
  }

  /** Releases the claim, so that others can claim the step at once. Does no harm if it is no longer held. */
  async release(options: AbortOptions = {}): Promise<void> {
    if (this.#isOver) return;
    try {
      await this.#workflow.changeClaim({ ...this.#ref(), to: "free" }, signalOf(options));
    } catch (error) {
      if (!isMemoryError(error, "MEM_CONFLICT") && !isMemoryError(error, "MEM_SESSION_ENDED")) {
        throw error;
      }
    }
    this.#isOver = true;
  }

  /** Releases the claim. It lapses anyway, so a failure is published: it must not hide an error of the block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.release().catch((error: unknown) => publishFailure("release a claim", error));
  }

  #ref(): { readonly step: string; readonly token: number } {
    return { step: this.step, token: this.token };
  }
}
