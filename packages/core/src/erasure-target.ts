import { checkOptions, type NamesOf } from "./checks.ts";
import { invalid } from "./errors.ts";
import type { ErasureRequest } from "./erasure.ts";
import { keyName, type KeyLike } from "./memory-key.ts";
import type { RecordErasureRequest } from "./record-store.ts";
import { checkId, type Scope } from "./scope.ts";

/**
 * What to erase: one long-term entry, of an agent or, without `agentId`, of what the agents of a workflow share; one
 * execution record; or all entries and records about a person, only those of one agent if `agentId` is given.
 */
export type ErasureTarget = ErasedEntry | ErasedRecord | ErasedSubject;

interface ErasedEntry {
  readonly agentId?: string;
  readonly workflowId?: string;
  readonly key: KeyLike;
}

interface ErasedRecord {
  readonly recordId: string;
  readonly agentId?: string;
}

interface ErasedSubject {
  readonly subject: string;
  readonly agentId?: string;
}

const ENTRY: NamesOf<ErasedEntry> = { agentId: true, workflowId: true, key: true };
const RECORD: NamesOf<ErasedRecord> = { recordId: true, agentId: true };
const SUBJECT: NamesOf<ErasedSubject> = { subject: true, agentId: true };
const ANY: NamesOf<ErasedEntry & ErasedRecord & ErasedSubject> = {
  ...ENTRY,
  ...RECORD,
  ...SUBJECT,
};

export interface ErasureOptions {
  /** Only report what would be erased. Default `false`. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

export const ERASURE_OPTIONS: NamesOf<ErasureOptions> = { dryRun: true, signal: true };

/** The requests to the stores; for a person, to both. */
export interface ErasureRequests {
  readonly entries?: ErasureRequest;
  readonly records?: RecordErasureRequest;
}

/**
 * Makes the requests to the stores from a caller's target. Refuses properties that are present but undefined, and
 * unknown names: more would be erased than was meant.
 */
export function erasureRequests(tenantId: string, what: ErasureTarget): ErasureRequests {
  checkOptions<object>(what, ANY, "what");
  const agent = "agentId" in what && { agentId: checkId(what.agentId, "what.agentId") };
  if ("recordId" in what) {
    checkOptions(what, RECORD, "what");
    return { records: { tenantId, id: checkId(what.recordId, "what.recordId"), ...agent } };
  }
  if ("subject" in what) {
    checkOptions(what, SUBJECT, "what");
    const request = { tenantId, subject: checkId(what.subject, "what.subject"), ...agent };
    return { entries: request, records: request };
  }
  return { entries: entryRequest(tenantId, what) };
}

function entryRequest(tenantId: string, what: ErasedEntry): ErasureRequest {
  checkOptions(what, ENTRY, "what");
  if (!("agentId" in what) && !("workflowId" in what)) {
    throw invalid("what", "names neither an agent nor a workflow");
  }
  const scope = {
    tenantId,
    ...("workflowId" in what && { workflowId: checkId(what.workflowId, "what.workflowId") }),
    ...("agentId" in what && { agentId: checkId(what.agentId, "what.agentId") }),
  } as Scope;
  return { scope, key: keyName(what.key) };
}
