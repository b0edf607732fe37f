import type { ConversationMessage } from "@mem/core";

/** Messages that a model has to see together: tool calls with their results; or a single message. */
export interface MessageGroup {
  /** Oldest first. */
  readonly messages: readonly ConversationMessage[];
  /** The position of the last message, which orders the groups. */
  readonly last: number;
  /**
   * `"whole"`: a model accepts it. `"unanswered"`: a result of a call is missing (so far). `"uncalled"`: a result whose
   * call is missing.
   */
  readonly state: "whole" | "unanswered" | "uncalled";
}

class OpenGroup implements MessageGroup {
  readonly messages: ConversationMessage[] = [];
  readonly #unanswered = new Set<string>();
  readonly #isUncalled: boolean;

  constructor(isUncalled: boolean) {
    this.#isUncalled = isUncalled;
  }

  get last(): number {
    return this.messages.at(-1)?.position ?? 0;
  }

  get state(): MessageGroup["state"] {
    if (this.#isUncalled) return "uncalled";
    return this.#unanswered.size === 0 ? "whole" : "unanswered";
  }

  add(message: ConversationMessage): void {
    this.messages.push(message);
    if (message.toolCallId !== undefined) this.#unanswered.delete(message.toolCallId);
    for (const { id } of message.toolCalls ?? []) this.#unanswered.add(id);
  }
}

/**
 * Groups messages, given oldest first; returns the groups in the order of their last messages. A result belongs to the
 * latest call before it that has its id, so that ids may be used again.
 */
export function groupMessages(messages: readonly ConversationMessage[]): readonly MessageGroup[] {
  const groups: OpenGroup[] = [];
  const callers = new Map<string, OpenGroup>();
  for (const message of messages) {
    const { toolCallId, toolCalls = [] } = message;
    let group = toolCallId === undefined ? undefined : callers.get(toolCallId);
    if (group === undefined) {
      group = new OpenGroup(toolCallId !== undefined);
      groups.push(group);
    }
    group.add(message);
    for (const { id } of toolCalls) callers.set(id, group);
  }
  return groups.toSorted((a, b) => a.last - b.last);
}
