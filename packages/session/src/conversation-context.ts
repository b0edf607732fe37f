import { MemoryError, type ConversationMessage, type Workflow } from "@mem/core";
import { BackwardReading } from "./backward-reading.ts";
import {
  checkContextOptions,
  type ContextOptions,
  type ContextRequest,
} from "./context-request.ts";
import { chooseWindow, type ContextWindow } from "./context-window.ts";
import { countDropped, type DroppedMessages } from "./dropped-messages.ts";
import { RollingSummary } from "./rolling-summary.ts";
import { SystemMessages } from "./system-messages.ts";
import { groupMessages, type MessageGroup } from "./tool-groups.ts";

/** The part of a conversation that fits into a number of tokens. */
export interface ConversationContext {
  /** Oldest first. */
  readonly messages: readonly ConversationMessage[];
  /** The tokens of the messages and the summary. */
  readonly tokens: number;
  readonly dropped: DroppedMessages;
  /** The summary of older messages; absent if they were not summarised, or there is no room for it. */
  readonly summary?: string;
}

/** Assembles the part of a conversation to show a model. */
export class ContextAssembly {
  readonly #workflow: Workflow;
  readonly #systemMessages: SystemMessages;

  constructor(workflow: Workflow) {
    this.#workflow = workflow;
    this.#systemMessages = new SystemMessages(workflow);
  }

  async assemble(options: ContextOptions): Promise<ConversationContext> {
    const request = checkContextOptions(options);
    const { maxTokens, keepSystem, signal, countMessage } = request;
    const reading = new BackwardReading(this.#workflow, signal);
    const [system, keptSummary] = await Promise.all([
      keepSystem ? this.#systemMessages.all(reading, signal) : reading.further().then(() => []),
      this.#workflow.conversationSummary(signal),
    ]);
    const systemTokens = system.reduce((sum, message) => sum + countMessage(message), 0);
    if (systemTokens > maxTokens) throw noRoom(systemTokens, maxTokens);
    const room = maxTokens - systemTokens;
    const summary = new RollingSummary(request, room, keptSummary);
    let view = await findWindow(reading, system, summary, request);
    while (summary.newIn(view.window.fallen).length > 0) {
      const { fallen } = chooseWindow(view.groups, summary.roomBesideNext, countMessage);
      await summary.takeIn(summary.newIn(fallen));
      view = await findWindow(reading, system, summary, request);
    }
    await summary.keep(this.#workflow);
    const { kept, tokens } = view.window;
    const messages = inOrder([...system, ...kept.flatMap((group) => group.messages)]);
    return {
      messages,
      tokens: systemTokens + summary.tokens + tokens,
      dropped: await countDropped(this.#workflow, reading, messages, signal),
      ...(summary.text !== undefined && { summary: summary.text }),
    };
  }
}

interface View {
  readonly groups: readonly MessageGroup[];
  readonly window: ContextWindow;
}

/** Reads back as far as needed to know what fits, and all that has to be summarised. */
async function findWindow(
  reading: BackwardReading,
  system: readonly ConversationMessage[],
  summary: RollingSummary,
  { summarize, countMessage }: ContextRequest,
): Promise<View> {
  const apart = new Set(system.map(({ position }) => position));
  const { through } = summary;
  if (summarize !== undefined) await reading.backTo(through);
  for (;;) {
    const { messages, isComplete } = reading;
    const groups = groupMessages(messages.filter(({ position }) => !apart.has(position)));
    const window = chooseWindow(groups, summary.roomBeside, countMessage);
    // The call of a result to be summarised may be further back.
    const isSummarisable =
      summarize === undefined ||
      !window.fallen.some(({ state, last }) => state === "uncalled" && last > through);
    if (isComplete || (window.isSettled && isSummarisable)) return { groups, window };
    await reading.further();
  }
}

function inOrder(messages: readonly ConversationMessage[]): readonly ConversationMessage[] {
  return messages.toSorted((a, b) => a.position - b.position);
}

function noRoom(tokens: number, maxTokens: number): MemoryError {
  const path = "options.maxTokens";
  return new MemoryError(
    "MEM_TOO_LARGE",
    `${path} is ${maxTokens}, and the system messages alone have ${tokens} tokens; raise it, or leave them out with keepSystem: false`,
    { path },
  );
}
