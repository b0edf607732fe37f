import { inspect } from "node:util";
import {
  isMemoryError,
  MemoryError,
  publishFailure,
  type JsonInput,
  type MemoryErrorCode,
  type NewExecutionRecord,
} from "@mem/core";
import { attempt } from "./attempt.ts";

type RunRecord = Omit<NewExecutionRecord, "workflowId">;

export interface RecordedRun<Output> {
  readonly input: unknown;
  readonly metadata: { readonly [key: string]: JsonInput } | undefined;
  readonly subject: string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly run: () => Promise<Output>;
  readonly save: (record: RunRecord) => Promise<string>;
}

/** What is refused with that can't be recorded; anything else is a failure of the store. */
const REFUSALS: readonly MemoryErrorCode[] = [
  "MEM_NOT_JSON",
  "MEM_TOO_LARGE",
  "MEM_INVALID_ARGUMENT",
];

/**
 * Runs something between its `started` record and the record of how it ended; both carry one `runId`. The run's own
 * error is the one that comes out; a record that could not be stored then is published on the channel `mem:failure`.
 */
export async function recordRun<Output>(run: RecordedRun<Output>): Promise<Output> {
  const { signal, subject } = run;
  const about = {
    metadata: { ...run.metadata, runId: crypto.randomUUID() },
    ...(subject !== undefined && { subject }),
  };
  const started = { status: "started", ...recorded("input", run.input), ...about };
  const isRecorded = await saveIfConfigured(run, started);
  const startedAt = performance.now();
  const end = async (record: RunRecord): Promise<void> => {
    if (!isRecorded) return;
    // Microseconds are noise in a record that people read.
    const durationMs = Math.round(performance.now() - startedAt);
    await run.save({ ...record, durationMs, ...about });
  };
  const fail = async (status: "error" | "cancelled", error: unknown): Promise<void> => {
    try {
      await end({ status, error: asError(error) }).catch((cause: unknown) => {
        if (!isRefusal(cause)) throw cause;
        // What the error says can't be recorded; that the run ended with one can, and why it says no more.
        return end({ status, error: cause });
      });
    } catch (cause) {
      publishFailure("record a run that failed", cause);
    }
  };
  const { result, stopped } = attempt(run.run, signal);
  let output: Output;
  try {
    output = await result;
  } catch (error) {
    // Why it was cancelled says more than that it was: a deadline, or somebody who left. It is recorded at once, and what
    // the caller closes next is not closed under a run that is still cleaning up.
    await (signal?.aborted === true
      ? Promise.all([fail("cancelled", signal.reason), stopped()])
      : fail("error", error));
    throw error;
  }
  try {
    await end({ status: "success", ...recorded("output", output) });
  } catch (error) {
    if (!isRefusal(error)) throw notRecorded(error);
    // An output that can't be recorded ends the run with an error, and that is recorded.
    await fail("error", error);
    throw error;
  }
  return output;
}

function isRefusal(error: unknown): error is MemoryError {
  return isMemoryError(error) && REFUSALS.includes(error.code);
}

async function saveIfConfigured(run: RecordedRun<unknown>, record: RunRecord): Promise<boolean> {
  try {
    await run.save(record);
    return true;
  } catch (error) {
    if (isMemoryError(error, "MEM_NOT_CONFIGURED")) return false;
    throw error;
  }
}

/** The run has done what it does: whoever hears of the failure must not run it again for that. */
function notRecorded(cause: unknown): MemoryError {
  const { code, message } = isMemoryError(cause)
    ? cause
    : { code: "MEM_UNAVAILABLE" as const, message: "the store failed" };
  return new MemoryError(code, `the run succeeded, but that is not recorded: ${message}`, {
    cause,
    outcome: "applied",
    retryable: false,
  });
}

function recorded(name: "input" | "output", value: unknown): Pick<RunRecord, "input" | "output"> {
  return value === undefined ? {} : { [name]: value };
}

/** Anything can be thrown, also what has no text of its own. */
function asError(error: unknown): Error {
  if (error instanceof Error) return error;
  return new Error(typeof error === "string" ? error : inspect(error));
}
