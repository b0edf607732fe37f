import { isMemoryError, publishFailure, type JsonInput, type NewExecutionRecord } from "@mem/core";

type RunRecord = Omit<NewExecutionRecord, "workflowId">;

export interface RecordedRun<Output> {
  readonly input: unknown;
  readonly metadata: { readonly [key: string]: JsonInput } | undefined;
  readonly signal: AbortSignal | undefined;
  readonly run: () => Promise<Output>;
  readonly save: (record: RunRecord) => Promise<string>;
}

/**
 * Runs something between its `started` record and the record of how it ended; both carry one `runId`. The run's own
 * error is the one that comes out; a record that could not be stored then is published on the channel `mem:failure`.
 */
export async function recordRun<Output>(run: RecordedRun<Output>): Promise<Output> {
  const metadata = { ...run.metadata, runId: crypto.randomUUID() };
  const started = { status: "started", ...recorded("input", run.input), metadata };
  const isRecorded = await saveIfConfigured(run, started);
  const startedAt = performance.now();
  const end = async (record: RunRecord): Promise<void> => {
    if (!isRecorded) return;
    // Microseconds are noise in a record that people read.
    const durationMs = Math.round(performance.now() - startedAt);
    await run.save({ ...record, durationMs, metadata });
  };
  try {
    const output = await run.run();
    // An output that can't be recorded ends the run with an error, and that is recorded.
    await end({ status: "success", ...recorded("output", output) });
    return output;
  } catch (error) {
    const status = run.signal?.aborted === true ? "cancelled" : "error";
    await end({ status, error: asError(error) }).catch((cause: unknown) => {
      publishFailure("record a run that failed", cause);
    });
    throw error;
  }
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

function recorded(name: "input" | "output", value: unknown): Pick<RunRecord, "input" | "output"> {
  return value === undefined ? {} : { [name]: value };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
