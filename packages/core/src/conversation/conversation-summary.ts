import type { Backends } from "../backends.ts";
import { checkCount } from "../checks.ts";
import { copyJson } from "../copy-json.ts";
import { invalid, isMemoryError, MemoryError } from "../errors.ts";
import type { JsonObject } from "../json.ts";
import type { CallOptions } from "../keyed-store.ts";
import type { WorkflowRef } from "../scope.ts";
import type { LogItem } from "../short-term-backend.ts";

/** A summary of the beginning of a conversation. */
export interface ConversationSummary {
  readonly text: string;
  /** The position of the last message that it covers; 0 if it covers messages that are not part of the conversation. */
  readonly through: number;
}

/** A log of its own: the memory of agents and the team can't reach it, and edits of its one item can be conditional. */
const LOG = "conversation-summary";
const ID = "summary";
const MAX_ATTEMPTS = 200;

export async function readSummary(
  { shortTerm }: Backends,
  workflow: WorkflowRef,
  call: CallOptions,
): Promise<ConversationSummary | undefined> {
  const [item] = await shortTerm.find(workflow, LOG, [ID], call);
  return item && toSummary(item);
}

/** Stores a summary unless the stored one covers as much. Resolves to the one that is then stored. */
export async function keepSummary(
  { shortTerm, limits }: Backends,
  workflow: WorkflowRef,
  summary: ConversationSummary,
  call: CallOptions,
): Promise<ConversationSummary> {
  if (typeof summary !== "object" || summary === null) throw invalid("summary", "is missing");
  const { text } = summary;
  if (typeof text !== "string") throw invalid("summary.text", "has to be a string");
  copyJson(text, "summary.text", limits);
  const through = checkCount(summary.through, "summary.through", 0, Number.MAX_SAFE_INTEGER);
  const value = (): JsonObject => ({ text, through });
  for (let tried = 0; tried < MAX_ATTEMPTS; tried++) {
    const first = { id: ID, value: value() };
    const bounds = { maxItems: 1, ttlMs: "session" } as const;
    const [item] = await shortTerm.append(workflow, LOG, [first], bounds, call);
    const kept = toSummary(item as LogItem);
    if (kept.through >= through) return kept;
    try {
      const edit = { id: ID, value: value(), ifEdits: (item as LogItem).edits };
      const edited = await shortTerm.edit(workflow, LOG, edit, call);
      if (edited !== undefined) return toSummary(edited);
    } catch (error) {
      if (!isMemoryError(error, "MEM_CONFLICT") || !error.retryable) throw error;
    }
  }
  throw new MemoryError(
    "MEM_CONFLICT",
    `the summary was changed by others during ${MAX_ATTEMPTS} attempts to keep one; try again`,
  );
}

function toSummary({ value }: LogItem): ConversationSummary {
  return value as unknown as ConversationSummary;
}
