import type { Backends } from "../backends.ts";
import { Conversation, type HistoryOptions } from "./conversation.ts";
import type { ConversationMessage, NewMessage } from "./message.ts";
import { conversationRequest, type ConversationSearchOptions } from "./conversation-search.ts";
import { halfDone } from "../errors.ts";
import { KeptConversation } from "./kept-conversation.ts";
import type { CallOptions } from "../keyed-store.ts";
import type { MessageHit } from "../message-hit.ts";
import { searchReranked } from "../reranker.ts";
import type { WorkflowRef } from "../scope.ts";
import type { WorkflowState } from "../workflow-lifetimes.ts";
import { settingsOf } from "../workflow/workflow-settings.ts";

/** The conversation of a workflow, for callers that are not members of it, live or not. */
export class OutsideConversation {
  readonly #backends: Backends;
  readonly #workflow: WorkflowRef;
  readonly #conversation: Conversation;
  readonly #kept: KeptConversation;

  constructor(backends: Backends, workflow: WorkflowRef) {
    this.#backends = backends;
    this.#workflow = workflow;
    this.#conversation = new Conversation(backends, workflow);
    this.#kept = new KeptConversation(backends, workflow);
  }

  /** If a live session keeps its conversation, the message is kept as well, whoever speaks. */
  async add(message: NewMessage, call: CallOptions): Promise<ConversationMessage> {
    const prepared = this.#conversation.prepare(message);
    // Both calls are made in the same tick, so that they travel together.
    const adding = this.#conversation.add(prepared, this.#backends.shortTermTtlMs, call);
    const keeping = this.#keptLifetime(call);
    // If both fail, the caller gets the error about the message.
    keeping.catch(() => undefined);
    const added = await adding;
    const lifetime = await halfDone(async () => keeping);
    if (lifetime !== undefined) await this.#kept.keep(added, lifetime, call.signal);
    return added;
  }

  async history(options: HistoryOptions, call: CallOptions): Promise<ConversationMessage[]> {
    return this.#conversation.history(options, call);
  }

  /** Searches kept messages; those that were not kept are searched by the members of their session. */
  async search(
    query: string,
    options: ConversationSearchOptions,
    call: CallOptions,
  ): Promise<MessageHit[]> {
    const request = conversationRequest(query, options);
    return searchReranked(
      options.reranker,
      request,
      async (asked) => this.#kept.search(asked, call),
      call.signal,
    );
  }

  /** The live lifetime, if it keeps its conversation. Without long-term memory nothing could be kept. */
  async #keptLifetime(call: CallOptions): Promise<WorkflowState | undefined> {
    const { shortTerm, longTerm } = this.#backends.configured;
    if (longTerm === undefined) return undefined;
    const state = await shortTerm.getWorkflow(this.#workflow, call);
    return state !== undefined && settingsOf(state).keepConversation ? state : undefined;
  }
}
