import { checkCount, checkOptions, type NamesOf } from "../checks.ts";
import {
  keepSummary,
  readSummary,
  type ConversationSummary,
} from "../conversation/conversation-summary.ts";
import { messageTies, type ConversationMessage } from "../conversation/message.ts";
import type { JsonValue } from "../json.ts";
import type { LogWrite } from "../short-term-backend.ts";
import type { Lifetime } from "./lifetime.ts";
import { START_OPTIONS, type WorkflowOptions } from "./workflow-start.ts";

export interface ForkOptions extends Omit<WorkflowOptions, "join"> {
  /** The position of the last message to copy. Default: the latest. */
  readonly through?: number;
}

const FORK_OPTIONS: NamesOf<ForkOptions> = { through: true, ...START_OPTIONS };

/** Pages are about this large, so that a conversation of large messages is copied in little memory. */
const PAGE_CHARACTERS = 1_000_000;
const MAX_PAGE = 500;

/** The checked options of a fork, with the position of the last message to copy. */
export async function checkFork(
  from: Lifetime,
  options: ForkOptions,
): Promise<ForkOptions & { readonly through: number }> {
  checkOptions(options, FORK_OPTIONS);
  const { through, signal } = options;
  if (through !== undefined) {
    checkCount(through, "options.through", 0, Number.MAX_SAFE_INTEGER - 1);
    return { ...options, through };
  }
  const [last] = await from.conversation.page({ limit: 1 }, from.reading(signal));
  return { ...options, through: last?.position ?? 0 };
}

/**
 * Copies the messages up to a position, and the summary of those before them, into another conversation, which is
 * empty: with the same ids and times, in the same order.
 */
export async function copyConversation(
  from: Lifetime,
  to: Lifetime,
  through: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const summary = await readSummary(from.backends, from.ref, from.reading(signal));
  // A summary that covers messages after the fork is not copied.
  const copied = summary !== undefined && summary.through <= through ? summary : undefined;
  let told = 0;
  for (const page of (await pagesOf(from, through, signal)).toReversed()) {
    const messages = await from.conversation.page(page, from.reading(signal));
    if (messages.length === 0) continue;
    const added = await copyMessages(to, messages, signal);
    const place = messages.findLastIndex(({ position }) => position <= (copied?.through ?? 0));
    told = added[place]?.position ?? told;
  }
  if (copied !== undefined) await copySummary(to, copied, told, signal);
}

interface PageBounds {
  readonly after: number;
  readonly before: number;
  readonly limit: number;
}

/** The bounds of its pages, latest first: a log is read from its end, but has to be copied from its beginning. */
async function pagesOf(
  from: Lifetime,
  through: number,
  signal: AbortSignal | undefined,
): Promise<PageBounds[]> {
  const pages: PageBounds[] = [];
  let before = through + 1;
  let limit = 16;
  for (;;) {
    const messages = await from.conversation.page({ before, limit }, from.reading(signal));
    const [oldest] = messages;
    if (oldest === undefined) return pages;
    pages.push({ after: oldest.position - 1, before, limit });
    if (messages.length < limit) return pages;
    before = oldest.position;
    limit = nextLimit(messages);
  }
}

function nextLimit(messages: readonly ConversationMessage[]): number {
  const mean = JSON.stringify(messages).length / messages.length;
  return Math.max(1, Math.min(Math.floor(PAGE_CHARACTERS / mean), MAX_PAGE));
}

async function copyMessages(
  to: Lifetime,
  messages: readonly ConversationMessage[],
  signal: AbortSignal | undefined,
): Promise<ConversationMessage[]> {
  const writes = messages.map(copyOf);
  const added = await to.conversation.addAll(writes, "session", to.reading(signal));
  if (to.keepsConversation) await to.kept.keepAll(added, to.epoch, signal);
  return added;
}

function copyOf(original: ConversationMessage): LogWrite {
  const { id, position: _, timestamp, ...message } = original;
  const ties = messageTies(message);
  return {
    id,
    value: message as unknown as JsonValue,
    at: timestamp,
    ...(ties.length > 0 && { ties }),
  };
}

async function copySummary(
  to: Lifetime,
  { text }: ConversationSummary,
  through: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  await keepSummary(to.backends, to.ref, { text, through }, to.reading(signal));
}
