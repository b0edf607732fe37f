import type { ConversationMessage } from "@mem/core";
import type { MessageGroup } from "./tool-groups.ts";

/** The latest groups that fit, and those before them. */
export interface ContextWindow {
  readonly kept: readonly MessageGroup[];
  /** Everything older than what fits, and nothing else. */
  readonly fallen: readonly MessageGroup[];
  readonly tokens: number;
  /** Whether earlier messages would change nothing here but `fallen`. */
  readonly isSettled: boolean;
}

/**
 * Goes back from the latest group until one does not fit. Leaves out what no model accepts: calls without all of their
 * results, results without their call.
 */
export function chooseWindow(
  groups: readonly MessageGroup[],
  room: number,
  count: (message: ConversationMessage) => number,
): ContextWindow {
  const kept: MessageGroup[] = [];
  let tokens = 0;
  let isSettled = true;
  for (let i = groups.length - 1; i >= 0; i--) {
    const group = groups[i] as MessageGroup;
    // Its call may be further back.
    if (group.state === "uncalled") isSettled = false;
    if (group.state !== "whole") continue;
    const more = group.messages.reduce((sum, message) => sum + count(message), 0);
    if (tokens + more > room) return { kept, fallen: groups.slice(0, i + 1), tokens, isSettled };
    tokens += more;
    kept.push(group);
  }
  return { kept, fallen: [], tokens, isSettled: false };
}
