import { isMemoryError } from "@mem/core";
import type { Journal } from "./journal.ts";
import type { LabSession } from "./lab-sessions.ts";
import { relayOf } from "./marks.ts";

/** Watches what others hand over, until it is told to stop or the session ends. */
export async function watch(
  session: LabSession,
  journal: Journal,
  signal: AbortSignal,
): Promise<void> {
  const key = relayOf(session.epoch);
  let seen: string | null = null;
  try {
    await journal.tell(
      { kind: "watch", key },
      session.epoch,
      async () => {
        try {
          for await (const value of session.watch(key, signal)) seen = value;
        } catch (error) {
          if (isMemoryError(error, "MEM_ABORTED")) return { seen };
          throw error;
        }
        return {};
      },
      (result) => result,
    );
  } catch {
    // The error is in the journal.
  }
}
