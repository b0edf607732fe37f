import { publishFailure } from "@mem/core";
import { openSession, type OpenedSession } from "./opened-session.ts";
import type { SessionContext } from "./session-context.ts";
import {
  invalid,
  SESSION_OPTIONS,
  takeMemberOptions,
  type SessionOptions,
} from "./session-options.ts";

/**
 * Starts a session, or joins a live one: the isolated memory, conversation and activity of one run of a team of agents.
 *
 * Use it with `await using`: leaving the block ends the session if you created it; if you joined it, you only leave it.
 */
export async function createSession(options: SessionOptions): Promise<SessionContext> {
  return (await startOrJoin(options)).session;
}

/**
 * Runs `body` in a session and leaves the session afterwards, even if `body` throws: then the call rejects with that
 * error, and if leaving fails, too, that failure is published on the channel `mem:failure`.
 */
export async function withSession<T>(
  options: SessionOptions,
  body: (session: SessionContext) => Promise<T>,
): Promise<T> {
  if (typeof body !== "function") {
    throw invalid("body", "has to be a function that gets the session");
  }
  const { session, ending } = await startOrJoin(options);
  let result: T;
  try {
    result = await body(session);
  } catch (error) {
    // The session's timeout cleans up what this could not; the caller needs the body's error.
    await ending.leave({ status: "error", error }).catch((cause: unknown) => {
      publishFailure("leave a session whose body failed", cause);
    });
    throw error;
  }
  await ending.leave();
  return result;
}

async function startOrJoin(options: SessionOptions): Promise<OpenedSession> {
  const { member, others } = takeMemberOptions(options, SESSION_OPTIONS);
  const { memory, workflowId = crypto.randomUUID(), ...start } = others;
  if (typeof memory?.startWorkflow !== "function") {
    throw invalid("options.memory", "has to be a MemoryManager");
  }
  return openSession(memory, member, async () => memory.startWorkflow(workflowId, start));
}
