import type { ConversationMessage, Workflow } from "@mem/core";
import { BackwardReading } from "./backward-reading.ts";

/** With more than this, it is cheaper to read the conversation. */
const MAX_REMEMBERED = 64;

/**
 * The positions of a conversation's system messages, however old. The first call reads the whole conversation and keeps
 * nothing else of it; later calls read what was added, and each known message by its position: no message is ever
 * inserted before an existing one.
 */
export class SystemMessages {
  readonly #workflow: Workflow;
  #seen: { readonly through: number; readonly positions: readonly number[] } | undefined;

  constructor(workflow: Workflow) {
    this.#workflow = workflow;
  }

  /** All that exist now, oldest first. Reads back as far as needed. */
  async all(
    reading: BackwardReading,
    signal: AbortSignal | undefined,
  ): Promise<readonly ConversationMessage[]> {
    const known = await this.#known(reading, signal);
    const byPosition = new Map(
      [...known, ...reading.messages.filter((message) => isSystem(message))].map((message) => [
        message.position,
        message,
      ]),
    );
    const positions = [...byPosition.keys()];
    this.#seen =
      positions.length > MAX_REMEMBERED ? undefined : { through: reading.last, positions };
    return [...byPosition.values()].toSorted((a, b) => a.position - b.position);
  }

  /** Those up to the last message seen before; `reading` then covers everything after it. */
  async #known(
    reading: BackwardReading,
    signal: AbortSignal | undefined,
  ): Promise<readonly ConversationMessage[]> {
    if (this.#seen === undefined) {
      const scan = new BackwardReading(this.#workflow, signal, isSystem);
      await scan.backTo(0);
      await reading.backTo(scan.last);
      return scan.messages;
    }
    const { through, positions } = this.#seen;
    const [known] = await Promise.all([
      Promise.all(positions.map(async (position) => this.#at(position, signal))),
      reading.backTo(through),
    ]);
    return known.flat();
  }

  async #at(
    position: number,
    signal: AbortSignal | undefined,
  ): Promise<readonly ConversationMessage[]> {
    return this.#workflow.history({
      before: position + 1,
      after: position - 1,
      limit: 1,
      ...(signal !== undefined && { signal }),
    });
  }
}

function isSystem({ role, toolCalls, toolCallId }: ConversationMessage): boolean {
  return role === "system" && toolCalls === undefined && toolCallId === undefined;
}
