import type { Backends } from "../backends.ts";
import {
  isAsNewAs,
  isSameMessage,
  keptEpoch,
  keptKey,
  keptWrite,
  toMessageHit,
} from "./kept-message.ts";
import type { ConversationMessage } from "./message.ts";
import { cloneJson } from "../copy-json.ts";
import { isMemoryError, MemoryError } from "../errors.ts";
import type { LongTermEntry } from "../entry.ts";
import type { CallOptions } from "../keyed-store.ts";
import type { MessageHit } from "../message-hit.ts";
import type { Scope, WorkflowRef } from "../scope.ts";
import type { SearchRequest } from "../search-request.ts";
import type { WorkflowState } from "../workflow-lifetimes.ts";

/**
 * The owner of kept messages: no real agent, so that no agent or team finds them among its own entries, and their
 * statistics cover the conversation alone.
 */
const KEEPER = "mem:conversation";
const MAX_PAGE = 500;

/** The messages of one workflow that are kept in long-term memory, from all its lifetimes. */
export class KeptConversation {
  readonly #backends: Backends;
  readonly #workflow: WorkflowRef;

  constructor(backends: Backends, workflow: WorkflowRef) {
    this.#backends = backends;
    this.#workflow = workflow;
  }

  /**
   * Keeps a message that is in the conversation; once, however often it is added, even if an earlier lifetime left it
   * there. Called after the message was added, because its position is known only then.
   */
  async keep(
    message: ConversationMessage,
    { epoch, startedAt }: Pick<WorkflowState, "epoch" | "startedAt">,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    await orNotKept(message, async () => {
      const isOlder = message.timestamp < startedAt;
      const keptIn = isOlder ? await this.#lifetimeOf(message, epoch, signal) : epoch;
      await this.#save([message], keptIn, signal);
    });
  }

  async keepAll(
    messages: readonly ConversationMessage[],
    epoch: string,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const [first] = messages as readonly [ConversationMessage];
    await orNotKept(first, async () => this.#save(messages, epoch, signal));
  }

  /** Keeps an edited message. `isThere`: whether the conversation still has it. */
  async keepEdited(
    message: ConversationMessage,
    epoch: string,
    signal: AbortSignal | undefined,
    isThere: () => Promise<boolean>,
  ): Promise<void> {
    try {
      const keptIn = await this.#lifetimeOf(message, epoch, signal);
      const isNew = await this.#replace(message, keptIn, signal);
      // A concurrent delete may have looked for the kept message before it was there.
      if (isNew && !(await isThere())) await this.#remove(message.id, keptIn, signal);
    } catch (cause) {
      throw notKept(
        "the message is edited, but what is kept of it is not known to be; edit it again",
        cause,
      );
    }
  }

  /**
   * Removes the message that was kept under this id: from the lifetime `epoch`, or from the one that left `removed` in
   * the conversation. Resolves to whether there was one.
   */
  async remove(
    id: string,
    removed: ConversationMessage | undefined,
    epoch: string,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    try {
      if (await this.#remove(id, epoch, signal)) return true;
      const keptIn = removed && (await this.#earlierLifetimeOf(removed, signal));
      return keptIn !== undefined && (await this.#remove(id, keptIn, signal));
    } catch (cause) {
      throw notKept(
        "the message is deleted, but what was kept of it is not known to be; delete it again (what an earlier session has kept of it goes with clearSession)",
        cause,
      );
    }
  }

  /** Removes everything that was kept under the lifetime `epoch`. */
  async removeAll(epoch: string): Promise<void> {
    for await (const entries of this.#pages(keptKey("", epoch), undefined)) {
      const removals = entries.map(({ key }) => ({ key }));
      if (removals.length > 0) await this.#backends.longTerm.delete(this.#scope, removals);
    }
  }

  async search(request: SearchRequest, call: CallOptions): Promise<MessageHit[]> {
    const scope = { ...this.#workflow, agentIds: [KEEPER] };
    const hits = await this.#backends.longTerm.search(scope, request, call);
    // An agent may have any name, even the keeper's; but no agent's entry is a message.
    return hits.filter(({ source }) => source === "message").map(toMessageHit);
  }

  get #scope(): Scope {
    return { ...this.#workflow, agentId: KEEPER };
  }

  async #save(
    messages: readonly ConversationMessage[],
    epoch: string,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    // If it is already kept, an earlier attempt kept it, or somebody who has edited it since.
    const writes = messages.map((message) => ({ ...keptWrite(message, epoch), ifAbsent: true }));
    const results = await this.#backends.longTerm.save(this.#scope, writes, calling(signal));
    const old = messages.filter((_, i) => results[i]?.stored === false);
    for (const message of old) await this.#replace(message, epoch, signal);
  }

  /** Replaces an older entry under the message's key, never a newer one. Resolves to whether there was no entry. */
  async #replace(
    message: ConversationMessage,
    epoch: string,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const { longTerm } = this.#backends;
    const write = keptWrite(message, epoch);
    for (;;) {
      const [old] = await longTerm.get(this.#scope, [write.key], calling(signal));
      if (old !== undefined && isAsNewAs(old.value, message)) return false;
      const condition = old === undefined ? { ifAbsent: true } : { ifVersion: old.version };
      const attempt = { ...write, value: cloneJson(write.value), ...condition };
      const [result] = await longTerm.save(this.#scope, [attempt], calling(signal));
      if (result?.stored === true) return old === undefined;
    }
  }

  /** The lifetime under which a message is kept: this one, unless an earlier one left it in the conversation. */
  async #lifetimeOf(
    message: ConversationMessage,
    epoch: string,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const key = keptKey(message.id, epoch);
    const [own] = await this.#backends.longTerm.get(this.#scope, [key], calling(signal));
    const earlier = own === undefined && (await this.#earlierLifetimeOf(message, signal));
    return earlier || epoch;
  }

  /** Scans all kept messages; rarely needed, as most messages of a conversation were added in its own lifetime. */
  async #earlierLifetimeOf(
    message: ConversationMessage,
    signal: AbortSignal | undefined,
  ): Promise<string | undefined> {
    for await (const entries of this.#pages("", signal)) {
      const kept = entries.find(
        ({ source, value }) => source === "message" && isSameMessage(value, message),
      );
      if (kept !== undefined) return keptEpoch(kept.key);
    }
    return undefined;
  }

  async *#pages(
    prefix: string,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<readonly LongTermEntry[], void> {
    let cursor: string | undefined;
    do {
      const request = { prefix, limit: MAX_PAGE, ...(cursor !== undefined && { cursor }) };
      const page = await this.#backends.longTerm.list(this.#scope, request, calling(signal));
      yield page.items;
      ({ cursor } = page);
    } while (cursor !== undefined);
  }

  async #remove(id: string, epoch: string, signal: AbortSignal | undefined): Promise<boolean> {
    const removal = { key: keptKey(id, epoch) };
    const [removed] = await this.#backends.longTerm.delete(this.#scope, [removal], calling(signal));
    return removed ?? false;
  }
}

function calling(signal: AbortSignal | undefined): CallOptions {
  return signal === undefined ? {} : { signal };
}

async function orNotKept({ id }: ConversationMessage, keeping: () => Promise<void>): Promise<void> {
  try {
    await keeping();
  } catch (cause) {
    throw notKept(
      `the message is in the conversation, but is not known to be kept; add it again as "${id}" to keep it`,
      cause,
    );
  }
}

/** The conversation has already changed, so the error says how to go on. */
function notKept(what: string, cause: unknown): MemoryError {
  const known = isMemoryError(cause) ? cause : undefined;
  return new MemoryError(
    known?.code ?? "MEM_UNAVAILABLE",
    `${what}: ${known?.message ?? "the long-term store failed"}`,
    {
      cause,
      outcome: "unknown",
      ...(known !== undefined && { retryable: known.retryable }),
      ...(known?.path !== undefined && { path: known.path }),
    },
  );
}
