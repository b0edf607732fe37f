import { isMemoryError, type JsonObject, type NewExecutionRecord } from "@mem/core";

type RunRecord = Omit<NewExecutionRecord, "workflowId">;

export interface RecordedRun<Output> {
  readonly input: unknown;
  readonly metadata: JsonObject | undefined;
  readonly signal: AbortSignal | undefined;
  readonly run: () => Promise<Output>;
  readonly save: (record: RunRecord) => Promise<string>;
}

/** Runs something between its `started` record and the record of how it ended; both carry one `runId`. */
export async function recordRun<Output>(run: RecordedRun<Output>): Promise<Output> {
  const metadata = { ...run.metadata, runId: crypto.randomUUID() };
  const isRecorded = await saveIfConfigured(run, {
    status: "started",
    ...recorded("input", run.input),
    metadata,
  });
  const startedAt = performance.now();
  const end = async (record: RunRecord): Promise<void> => {
    if (!isRecorded) return;
    // Microseconds are noise in a record that people read.
    const durationMs = Math.round(performance.now() - startedAt);
    await run.save({ ...record, durationMs, metadata });
  };
  let output: Output;
  try {
    output = await run.run();
  } catch (error) {
    const status = run.signal?.aborted === true ? "cancelled" : "error";
    try {
      await end({ status, error: asError(error) });
    } catch (recordError) {
      throw new AggregateError([error, recordError], "the run failed, and so did its record", {
        cause: recordError,
      });
    }
    throw error;
  }
  await end({ status: "success", ...recorded("output", output) });
  return output;
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
