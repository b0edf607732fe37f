import { MemoryError, type WriteResult } from "@mem/core";
import type { Saving } from "./change.ts";
import type { ChangeLog } from "./change-log.ts";

/** Approximate maximum size of a frame of the log, in characters; more writes are split over several. */
const FRAME_CHARACTERS = 4 << 20;

/** Saves several entries. A large batch goes frame by frame; a failure on the way says how many were saved. */
export async function appendBatch(
  log: ChangeLog,
  change: Saving,
  signal: AbortSignal | undefined,
): Promise<WriteResult[]> {
  const results: WriteResult[] = [];
  for (const writes of partsOf(change.writes)) {
    try {
      results.push(...((await log.append({ ...change, writes }, signal)) as WriteResult[]));
    } catch (cause) {
      if (results.length === 0) throw cause;
      throw halfSaved(results.length, change.writes.length, cause);
    }
  }
  return results;
}

function* partsOf(writes: Saving["writes"]): Generator<Saving["writes"]> {
  let begin = 0;
  let characters = 0;
  for (const [i, { text, value }] of writes.entries()) {
    characters += text.length + JSON.stringify(value).length;
    if (characters < FRAME_CHARACTERS) continue;
    yield writes.slice(begin, i + 1);
    begin = i + 1;
    characters = 0;
  }
  if (begin < writes.length) yield writes.slice(begin);
}

function halfSaved(stored: number, of: number, cause: unknown): MemoryError {
  return new MemoryError(
    "MEM_UNAVAILABLE",
    `${stored} of ${of} entries were saved, and then the log failed; save them again`,
    { cause, outcome: "unknown" },
  );
}
