import { MemoryError, publishFailure, type JsonInput, type Memory } from "@mem/core";
import { LANGUAGE_NAMES, type LanguageName } from "@mem/search";
import { SessionContext } from "./session-context.ts";

export interface SessionOptions {
  /** The manager, or one of its tenants: where the session's memory lives. */
  readonly memory: Memory;
  /** Names the run of the team. Default: a random id. */
  readonly workflowId?: string;
  /** Facts about the run; kept from the member that created the session. */
  readonly metadata?: { readonly [key: string]: JsonInput };
  /** Seconds without use after which the session ends by itself. Default: the manager's `sessionTimeout`, an hour. */
  readonly timeout?: number;
  /**
   * Whether messages are kept in long-term memory, too, so that `searchConversation` finds them after the end and beyond
   * `maxConversationHistory`. Up to whoever creates the session: joining one that is told otherwise rejects with
   * `MEM_CONFLICT`. Default `false`; of a session that is joined: as it was created.
   */
  readonly keepConversation?: boolean;
  /**
   * What to do about a live session of this workflow: `"never"` (the default) rejects with `MEM_SESSION_EXISTS`,
   * `"if-exists"` joins it, `"must-exist"` joins it and rejects with `MEM_NOT_FOUND` where there is none.
   */
  readonly join?: "never" | "if-exists" | "must-exist";
  /** Whether the end removes the session's short-term data; if not, they stay till their TTL. Default: the manager's. */
  readonly autoCleanup?: boolean;
  /** The language of the messages, for searching a conversation that is not kept. Default `"english"`. */
  readonly language?: LanguageName;
  readonly signal?: AbortSignal;
}

/**
 * Starts a session, or joins a live one: the isolated memory, conversation and activity of one run of a team of agents.
 *
 * Use it with `await using`: whoever created the session ends it on leaving the block, whoever joined only leaves it.
 */
export async function createSession(options: SessionOptions): Promise<SessionContext> {
  const { memory, autoCleanup, language = "english", ...rest } = options;
  const { workflowId = crypto.randomUUID(), ...start } = rest;
  if (typeof memory?.startWorkflow !== "function") {
    throw invalid("options.memory", "has to be a MemoryManager");
  }
  if (autoCleanup !== undefined && typeof autoCleanup !== "boolean") {
    throw invalid("options.autoCleanup", "has to be true or false");
  }
  if (!LANGUAGE_NAMES.includes(language)) {
    throw invalid("options.language", `has to be one of ${LANGUAGE_NAMES.join(", ")}`);
  }
  const workflow = await memory.startWorkflow(workflowId, start);
  return new SessionContext(workflow, { autoCleanup, language });
}

function invalid(path: string, problem: string): MemoryError {
  return new MemoryError("MEM_INVALID_ARGUMENT", `${path} ${problem}`, { path });
}

/**
 * Runs `body` in a session and leaves it afterwards, also when the body throws: its error is the one that comes out, and
 * a clean-up that failed, too, is published on the channel `mem:failure`.
 */
export async function withSession<T>(
  options: SessionOptions,
  body: (session: SessionContext) => Promise<T>,
): Promise<T> {
  const session = await createSession(options);
  let result: T;
  try {
    result = await body(session);
  } catch (error) {
    // What the clean-up could not do, the session's timeout will; the caller needs the body's error.
    await session.leave().catch((cause: unknown) => {
      publishFailure("leave a session whose body failed", cause);
    });
    throw error;
  }
  await session.leave();
  return result;
}
