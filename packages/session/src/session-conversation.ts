import type {
  AbortOptions,
  ConversationMessage,
  ConversationSearchOptions,
  HistoryOptions,
  MessageChange,
  MessageHit,
  MessageScorer,
  NewMessage,
  Workflow,
} from "@mem/core";
import type { LanguageName } from "@mem/search";
import { ContextAssembly, type ConversationContext } from "./conversation-context.ts";
import type { ContextOptions } from "./context-request.ts";
import { loadMessageScorer } from "./message-search.ts";
import { signalOf } from "./session-call.ts";

/** The conversation of a session's members. */
export class SessionConversation {
  readonly #workflow: Workflow;
  /** The language of the messages. */
  readonly #language: LanguageName;
  #scorer: Promise<MessageScorer> | undefined;
  #context: ContextAssembly | undefined;

  constructor(workflow: Workflow, language: LanguageName) {
    this.#workflow = workflow;
    this.#language = language;
  }

  /**
   * Adds a message to the conversation. Resolves to the message with its position. If the conversation is kept, the
   * message is stored twice: if the second write fails, this rejects with `outcome: "unknown"` and says so; add it
   * again with its id.
   */
  async addConversationMessage(
    message: NewMessage,
    options: AbortOptions = {},
  ): Promise<ConversationMessage> {
    return this.#workflow.addMessage(message, signalOf(options));
  }

  /**
   * Replaces the content or the metadata of a message, and of its kept copy; its position and time stay. Rejects with
   * `MEM_NOT_FOUND` if the conversation has no message with that id.
   */
  async editMessage(
    id: string,
    change: MessageChange,
    options: AbortOptions = {},
  ): Promise<ConversationMessage> {
    return this.#workflow.editMessage(id, change, signalOf(options));
  }

  /** Removes a message and its kept copy. Resolves to whether there was one. */
  async deleteMessage(id: string, options: AbortOptions = {}): Promise<boolean> {
    return this.#workflow.deleteMessage(id, signalOf(options));
  }

  /** The latest messages, oldest first. */
  async getConversationHistory(options?: HistoryOptions): Promise<ConversationMessage[]> {
    return this.#workflow.history(options);
  }

  /**
   * The part of the conversation to show a model: the system messages, the summary of older messages, and the latest
   * messages that fit into `maxTokens` beside them. A tool call comes with all of its results or not at all, and a
   * result never without its call. Says how many messages were left out; with `summarize` those are summarised.
   *
   * Rejects with `MEM_TOO_LARGE` if the system messages alone do not fit.
   */
  async getContext(options: ContextOptions): Promise<ConversationContext> {
    this.#context ??= new ContextAssembly(this.#workflow);
    return this.#context.assemble(options);
  }

  /**
   * The messages that best answer the query, best first. If the conversation is kept, this includes messages of earlier
   * sessions of this workflow, and uses vectors if the store has an embedder. If not, it searches the words of the
   * messages that `getConversationHistory` gives, and the modes `"vector"` and `"hybrid"` reject with
   * `MEM_UNSUPPORTED`.
   */
  async searchConversation(
    query: string,
    options: ConversationSearchOptions = {},
  ): Promise<MessageHit[]> {
    this.#scorer ??= loadMessageScorer(this.#language);
    return this.#workflow.searchConversation(query, options, await this.#scorer);
  }
}
