import type { AgentMemory } from "../agent-memory.ts";
import type { NewExecutionRecord } from "../complete-record.ts";
import type { ConversationMessage, MessageChange, NewMessage } from "../conversation/message.ts";
import type { ClaimRef } from "../keyed-store.ts";
import type { Lifetime } from "./lifetime.ts";
import { addMessage, deleteMessage, editMessage } from "./member-messages.ts";
import { addRecord } from "./member-records.ts";

/**
 * A workflow for the holder of a claim on one of its steps: every write requires that the claim is still held. Once it
 * has lapsed or was released, writes reject with `MEM_CONFLICT`, `retryable: false`, and change nothing, whether or not
 * somebody else holds the step by then.
 *
 * In short-term memory and in the conversation, the claim is checked atomically with the write. Elsewhere (long-term
 * memory, kept messages, records) it is checked before the write, as the end of a session is: a write in flight when
 * the claim lapses may still be stored.
 */
export class ClaimedWorkflow {
  readonly claim: ClaimRef;
  readonly #lifetime: Lifetime;
  #team: AgentMemory | undefined;

  constructor(lifetime: Lifetime, claim: ClaimRef) {
    this.claim = claim;
    this.#lifetime = lifetime.claimed(claim);
  }

  /** Memory that all agents of the workflow share. */
  get team(): AgentMemory {
    return (this.#team ??= this.#lifetime.team());
  }

  /** The memory of one agent within the workflow. */
  forAgent(agentId: string): AgentMemory {
    return this.#lifetime.forAgent(agentId);
  }

  async addMessage(message: NewMessage, signal?: AbortSignal): Promise<ConversationMessage> {
    return addMessage(this.#lifetime, message, signal);
  }

  async editMessage(
    id: string,
    change: MessageChange,
    signal?: AbortSignal,
  ): Promise<ConversationMessage> {
    return editMessage(this.#lifetime, id, change, signal);
  }

  async deleteMessage(id: string, signal?: AbortSignal): Promise<boolean> {
    return deleteMessage(this.#lifetime, id, signal);
  }

  async addRecord(
    agentId: string,
    record: Omit<NewExecutionRecord, "workflowId">,
    signal?: AbortSignal,
  ): Promise<string> {
    return addRecord(this.#lifetime, agentId, record, signal);
  }
}
