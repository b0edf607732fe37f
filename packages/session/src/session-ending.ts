import {
  isMemoryError,
  publishFailure,
  summarizeSession,
  type EndedWorkflow,
  type SessionSummary,
  type Workflow,
  type WorkflowState,
} from "@mem/core";
import { endInTurn } from "./ending-turns.ts";
import type { EndingTriggers } from "./ending-triggers.ts";
import type { EndingCause, SessionRecord } from "./session-record.ts";

interface EndingSettings {
  readonly autoCleanup: boolean | undefined;
  /** Where its end is recorded. */
  readonly record: SessionRecord | undefined;
  readonly triggers: EndingTriggers | undefined;
}

/** Ends or leaves a session for one member: only once, whatever triggers it and however often. */
export class SessionEnding {
  readonly #workflow: Workflow;
  readonly #settings: EndingSettings;
  #last: WorkflowState;
  #hasLeft = false;
  #end: Promise<SessionSummary> | undefined;
  #cause: EndingCause | undefined;
  /** The result of the end, if this member ended it. */
  #ended: EndedWorkflow | undefined;
  /** Whether the session may have ended by a call whose answer was lost. */
  #isInDoubt = false;

  constructor(workflow: Workflow, settings: EndingSettings) {
    this.#workflow = workflow;
    this.#settings = settings;
    this.#last = workflow.started;
  }

  /** Notes the state that this member saw last: all that it knows if somebody else ends the session. */
  saw(state: WorkflowState): void {
    this.#last = state;
  }

  /** Ends the session for all members. After a failure, it can be tried again, and the triggers can still end it. */
  async end(): Promise<SessionSummary> {
    const summary = await this.#endOnce();
    await this.#settings.triggers?.detach();
    return summary;
  }

  /** Ends the session if this member started it; otherwise leaves it to the others. */
  async leave(cause?: EndingCause): Promise<void> {
    try {
      await this.#leaveOnce(cause);
    } finally {
      await this.#settings.triggers?.detach();
    }
  }

  /**
   * Like `leave`, but for a signal: a failure is published, since nobody could handle it. Keeps the triggers, whose
   * removal would wait for everything else that the signal ends. Resolves to whether the session was left.
   */
  async cancel(reason: unknown, failed: string): Promise<boolean> {
    // Set before its turn: until then, the session's body may fail because this signal has ended another session.
    if (this.#workflow.created) this.#blame({ status: "cancelled", error: reason });
    try {
      await endInTurn(async () => this.#leaveOnce());
      return true;
    } catch (error) {
      // The session's timeout cleans up what this could not.
      publishFailure(failed, error);
      return false;
    }
  }

  async #leaveOnce(cause?: EndingCause): Promise<void> {
    if (this.#workflow.created && !this.#hasLeft) await this.#endOnce(cause);
    this.#hasLeft = true;
  }

  async #endOnce(cause?: EndingCause): Promise<SessionSummary> {
    this.#blame(cause);
    const end = (this.#end ??= this.#attempt());
    try {
      const summary = await end;
      this.#hasLeft = true;
      return summary;
    } catch (error) {
      // Unless another attempt has begun.
      if (this.#end === end) this.#end = undefined;
      throw error;
    }
  }

  /** The first to end the session determines the cause. */
  #blame(cause: EndingCause | undefined): void {
    if (this.#end === undefined) this.#cause ??= cause;
  }

  async #attempt(): Promise<SessionSummary> {
    const ended = await this.#endWorkflow();
    const state = ended?.state ?? this.#last;
    // If somebody else, or the timeout, was first, this member knows only the state that it saw last.
    const summary = summarizeSession(this.#workflow.tenantId, state, { ended: ended ?? {} });
    if (ended !== undefined || this.#isInDoubt) {
      await this.#settings.record?.ended(summary, this.#cause, ended === undefined);
    }
    return summary;
  }

  async #endWorkflow(): Promise<EndedWorkflow | undefined> {
    const { autoCleanup } = this.#settings;
    try {
      this.#ended ??= await this.#workflow.end(
        autoCleanup === undefined ? {} : { keepData: !autoCleanup },
      );
      return this.#ended;
    } catch (error) {
      if (isMemoryError(error) && error.outcome === "unknown") this.#isInDoubt = true;
      throw error;
    }
  }
}
