import type { Backends } from "./backends.ts";
import {
  Conversation,
  type ConversationMessage,
  type HistoryOptions,
  type NewMessage,
} from "./conversation.ts";
import { conversationRequest, type ConversationSearchOptions } from "./conversation-search.ts";
import { halfDone } from "./errors.ts";
import { KeptConversation } from "./kept-conversation.ts";
import type { CallOptions } from "./keyed-store.ts";
import type { MessageHit } from "./message-hit.ts";
import { searchReranked } from "./reranker.ts";
import type { WorkflowRef } from "./scope.ts";
import { keepsConversation } from "./workflow-settings.ts";

/** The conversation of a workflow for somebody who is no member of it, also where it is not live. */
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

  /** Where a live session keeps its conversation the message is kept as well: whoever speaks in it. */
  async add(message: NewMessage, call: CallOptions): Promise<ConversationMessage> {
    const prepared = this.#conversation.prepare(message);
    // Asked for together: then both travel together.
    const adding = this.#conversation.add(prepared, this.#backends.shortTermTtlMs, call);
    const keeping = this.#keptLifetime(call);
    // Where both fail, the caller hears of the message.
    keeping.catch(() => undefined);
    const added = await adding;
    const epoch = await halfDone(async () => keeping);
    if (epoch !== undefined) await this.#kept.keep(added, epoch, call.signal);
    return added;
  }

  async history(options: HistoryOptions, call: CallOptions): Promise<ConversationMessage[]> {
    return this.#conversation.history(options, call);
  }

  /** Of what was kept: what was not is searched by the members of its session. */
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
  async #keptLifetime(call: CallOptions): Promise<string | undefined> {
    const { shortTerm, longTerm } = this.#backends.configured;
    if (longTerm === undefined) return undefined;
    const state = await shortTerm.getWorkflow(this.#workflow, call);
    return state !== undefined && keepsConversation(state) ? state.epoch : undefined;
  }
}
