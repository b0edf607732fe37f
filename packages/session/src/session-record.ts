import { inspect } from "node:util";
import {
  isMemoryError,
  MemoryError,
  type JsonInput,
  type Memory,
  type NewExecutionRecord,
  type SessionSummary,
  type Workflow,
} from "@mem/core";

/** Why a session ended with an error or was cancelled. */
export interface EndingCause {
  readonly status: "error" | "cancelled";
  readonly error: unknown;
}

/** Writes a session's start and end into the audit trail, as records of one agent. */
export class SessionRecord {
  readonly #memory: Memory;
  readonly #agentId: string;
  readonly #workflow: Workflow;
  #isEndInDoubt = false;

  constructor(memory: Memory, agentId: string, workflow: Workflow) {
    this.#memory = memory;
    this.#agentId = agentId;
    this.#workflow = workflow;
  }

  async started(): Promise<void> {
    await this.#save({ status: "started" });
  }

  /**
   * Records the end; if that fails, the session has ended all the same. `isInDoubt`: it is unknown who ended it, so the
   * end may already be recorded.
   */
  async ended(
    summary: SessionSummary,
    cause: EndingCause | undefined,
    isInDoubt: boolean,
  ): Promise<void> {
    const record = { status: "success", output: summary, durationMs: summary.durationMs };
    try {
      if ((isInDoubt || this.#isEndInDoubt) && (await this.#isEndRecorded())) return;
      await this.#save(
        cause === undefined
          ? record
          : { ...record, status: cause.status, error: asError(cause.error) },
      );
    } catch (error) {
      this.#isEndInDoubt = true;
      throw notRecorded(error);
    }
  }

  /** Newest first: an agent's records are in the order in which they were stored, so an end comes before its start. */
  async #isEndRecorded(): Promise<boolean> {
    const { workflowId, epoch } = this.#workflow;
    const records = this.#memory.getExecutionRecords({ agentId: this.#agentId, workflowId });
    for await (const { status, metadata } of records) {
      if (metadata?.["runId"] === epoch) return status !== "started";
    }
    return false;
  }

  async #save(record: NewExecutionRecord): Promise<void> {
    const { workflowId, epoch, started } = this.#workflow;
    // Several sessions may have one workflow id; the two records of one share a run id, as an agent's do.
    const metadata: { readonly [key: string]: JsonInput } = { ...started.metadata, runId: epoch };
    // Not as a member: the end is recorded when the session is over, and neither record counts as use.
    await this.#memory.saveExecutionRecord(this.#agentId, { ...record, workflowId, metadata });
  }
}

function notRecorded(cause: unknown): MemoryError {
  const { code, message, retryable } = isMemoryError(cause)
    ? cause
    : { code: "MEM_UNAVAILABLE" as const, message: "the store failed", retryable: true };
  return new MemoryError(code, `the session ended, but that is not recorded: ${message}`, {
    cause,
    outcome: "applied",
    retryable,
  });
}

/** Anything can be thrown, even what has no text of its own. */
function asError(error: unknown): Error {
  if (error instanceof Error) return error;
  return new Error(typeof error === "string" ? error : inspect(error));
}
