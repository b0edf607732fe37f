import type { Backends } from "./backends.ts";
import type { ConversationMessage } from "./conversation.ts";
import { messageFacts } from "./conversation-search.ts";
import { cloneJson } from "./copy-json.ts";
import { isMemoryError, MemoryError } from "./errors.ts";
import type { JsonValue } from "./json.ts";
import type { CallOptions } from "./keyed-store.ts";
import type { LongTermWrite } from "./long-term-store.ts";
import type { MessageHit } from "./message-hit.ts";
import { messageText } from "./message-text.ts";
import type { WorkflowRef } from "./scope.ts";
import type { SearchHit } from "./search-hit.ts";
import type { SearchRequest } from "./search-request.ts";

/**
 * Whose memory kept messages are: nobody's who thinks, so that no agent or team finds them among its own, and their
 * statistics are of the conversation alone.
 */
const KEEPER = "mem:conversation";

/** The messages of one workflow in long-term memory, of all its lifetimes. */
export class KeptConversation {
  readonly #backends: Backends;
  readonly #workflow: WorkflowRef;

  constructor(backends: Backends, workflow: WorkflowRef) {
    this.#backends = backends;
    this.#workflow = workflow;
  }

  /**
   * Keeps a message that is in the conversation of the lifetime `epoch`; once, however often it is added. Its place is
   * known only when it is there, so a failure comes too late to refuse it: it says how to go on.
   */
  async keep(
    message: ConversationMessage,
    epoch: string,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    try {
      const scope = { ...this.#workflow, agentId: KEEPER };
      const write = keptWrite(message, epoch);
      await this.#backends.longTerm.save(scope, [write], signal === undefined ? {} : { signal });
    } catch (cause) {
      throw notKept(message.id, cause);
    }
  }

  async search(request: SearchRequest, call: CallOptions): Promise<MessageHit[]> {
    const scope = { ...this.#workflow, agentIds: [KEEPER] };
    const hits = await this.#backends.longTerm.search(scope, request, call);
    // An agent may have any name, the keeper's, too; but no agent's entry is a message.
    return hits.filter(({ source }) => source === "message").map(toMessageHit);
  }
}

function keptWrite(message: ConversationMessage, epoch: string): LongTermWrite {
  const { id, position, content, subject } = message;
  // A later lifetime of the workflow may use the same ids and has positions of its own.
  const lifetime = encodeURIComponent(epoch);
  const key = `${lifetime}:${id}`;
  return {
    key,
    value: cloneJson(message as unknown as JsonValue),
    text: messageText(content),
    sequence: { id: `conversation:${lifetime}`, position },
    metadata: cloneJson(messageFacts(message)),
    ...(subject !== undefined && { subject }),
    source: "message",
    opId: key,
  };
}

function toMessageHit(hit: SearchHit): MessageHit {
  const { text, score, scores, passage, snippet, matched, duplicates } = hit;
  return {
    ...(hit.value as unknown as ConversationMessage),
    text,
    score,
    scores,
    passage,
    snippet,
    matched,
    ...(duplicates !== undefined && {
      duplicates: duplicates.map(({ key }) => key.slice(key.indexOf(":") + 1)),
    }),
  };
}

function notKept(id: string, cause: unknown): MemoryError {
  const known = isMemoryError(cause) ? cause : undefined;
  return new MemoryError(
    known?.code ?? "MEM_UNAVAILABLE",
    `the message is in the conversation, but is not known to be kept; add it again as "${id}" to keep it: ${known?.message ?? "the long-term store failed"}`,
    {
      cause,
      outcome: "unknown",
      ...(known !== undefined && { retryable: known.retryable }),
      ...(known?.path !== undefined && { path: known.path }),
    },
  );
}
