import { publishFailure, throwIfAborted, type Memory, type Workflow } from "@mem/core";
import { EndingTriggers } from "./ending-triggers.ts";
import { SessionContext } from "./session-context.ts";
import { SessionEnding } from "./session-ending.ts";
import {
  FORK_SESSION_OPTIONS,
  takeMemberOptions,
  type ForkSessionOptions,
  type CheckedMember,
} from "./session-options.ts";
import { SessionRecord } from "./session-record.ts";

export interface OpenedSession {
  readonly session: SessionContext;
  readonly ending: SessionEnding;
}

/** Starts, joins or forks a workflow, and makes the caller a member of its session. */
export async function openSession(
  memory: Memory,
  { autoCleanup, language, signals, signal }: CheckedMember,
  start: () => Promise<Workflow>,
): Promise<OpenedSession> {
  throwIfAborted(signal);
  const triggers =
    signals.length === 0 && signal === undefined ? undefined : new EndingTriggers(signals, signal);
  try {
    const workflow = await start();
    const record =
      workflow.recordAs === undefined
        ? undefined
        : new SessionRecord(memory, workflow.recordAs, workflow);
    if (workflow.created) await recordStart(workflow, record);
    const ending = new SessionEnding(workflow, { autoCleanup, record, triggers });
    await triggers?.attach(ending);
    const fork = async (forking: ForkSessionOptions): Promise<SessionContext> =>
      forkSession(memory, workflow, forking);
    return { session: new SessionContext(workflow, { language, ending, fork }), ending };
  } catch (error) {
    await triggers?.detach();
    throw error;
  }
}

/** A session whose start can't be recorded does not start. */
async function recordStart(workflow: Workflow, record: SessionRecord | undefined): Promise<void> {
  try {
    await record?.started();
  } catch (error) {
    await workflow.end({ keepData: false }).catch((cause: unknown) => {
      publishFailure("end a session whose start could not be recorded", cause);
    });
    throw error;
  }
}

async function forkSession(
  memory: Memory,
  origin: Workflow,
  options: ForkSessionOptions,
): Promise<SessionContext> {
  const { member, others } = takeMemberOptions(options, FORK_SESSION_OPTIONS);
  const { workflowId = crypto.randomUUID(), ...fork } = others;
  const { session } = await openSession(memory, member, async () => origin.fork(workflowId, fork));
  return session;
}
