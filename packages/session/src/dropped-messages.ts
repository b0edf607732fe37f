import type { ConversationMessage, Workflow } from "@mem/core";
import type { BackwardReading } from "./backward-reading.ts";

/** The messages of a conversation that a context leaves out; exact unless others add or delete messages meanwhile. */
export interface DroppedMessages {
  readonly messages: number;
  /** The position of the latest of them; absent if there are none. */
  readonly to?: number;
}

/** Counts them without reading them. */
export async function countDropped(
  workflow: Workflow,
  { messages: read, isComplete }: BackwardReading,
  context: readonly ConversationMessage[],
  signal: AbortSignal | undefined,
): Promise<DroppedMessages> {
  const shown = new Set(context.map(({ position }) => position));
  const dropped = read.filter(({ position }) => !shown.has(position));
  const to = dropped.at(-1)?.position;
  const total = isComplete ? 0 : await countAll(workflow, read.at(-1)?.position ?? 0, signal);
  // Some of those in the context may have been deleted meanwhile.
  const messages = Math.max(dropped.length, total - context.length);
  return { messages, ...(to !== undefined && { to }) };
}

/** Counts all messages except those that came after what was read. */
async function countAll(
  workflow: Workflow,
  last: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  const [{ logItems }, later, summary] = await Promise.all([
    workflow.size(signal),
    workflow.history({ after: last, ...(signal !== undefined && { signal }) }),
    workflow.conversationSummary(signal),
  ]);
  // A stored summary is a log item, too.
  return logItems - later.length - (summary === undefined ? 0 : 1);
}
