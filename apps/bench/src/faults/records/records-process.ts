import type { ExecutionRecord } from "@mem/core";
import type { Subject } from "../lab/fault.ts";
import { serve } from "../../worker-process.ts";
import { newRecord } from "./content.ts";
import { describe, type JournalLine } from "./journal.ts";
import { openLabRecords, type LabRecords, type LabTrail } from "./lab-records.ts";

let records: LabRecords | undefined;

/** A separate process for one store, which does what it is asked and reports the result. */
export const tasks = {
  open({ subject, trail }: { readonly subject: Subject; readonly trail: LabTrail }): void {
    records = openLabRecords(subject, trail);
  },
  pid(): number {
    return process.pid;
  },
  /** Appends all concurrently, each with a call of its own. */
  appendAll(ids: readonly string[]): Promise<JournalLine[]> {
    return Promise.all(ids.map((id) => told("append", [id], append(id))));
  },
  rotate(): Promise<JournalLine> {
    return told("rotate", [], opened().rotate());
  },
  close(): Promise<JournalLine> {
    return told("close", [], opened().close());
  },
  readAll(agentId: string): Promise<readonly ExecutionRecord[]> {
    return opened().readAll(agentId);
  },
};

async function append(id: string): Promise<void> {
  await opened().append([newRecord(id)]);
}

async function told(
  what: string,
  ids: readonly string[],
  call: Promise<unknown>,
): Promise<JournalLine> {
  try {
    await call;
    return { is: "stored", ids };
  } catch (error) {
    return { is: "refused", what, ids, ...describe(error) };
  }
}

function opened(): LabRecords {
  if (records === undefined) throw new Error("no records are open");
  return records;
}

serve(tasks);
