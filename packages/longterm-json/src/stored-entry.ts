import {
  cloneJson,
  compareCodePoints,
  contentHash,
  type EntryPlace,
  type JsonObject,
  type LongTermEntry,
  type Scope,
} from "@mem/core";

/** An entry with what the file keeps beside it. */
export interface StoredEntry {
  readonly scope: Scope;
  readonly entry: LongTermEntry;
  /** The operation that made it. */
  readonly opId?: string;
  /** Its `contentHash`. */
  readonly content: string;
  /** Its JSON in the file: kept, so that writing the file joins texts instead of serializing entries. */
  readonly json: string;
  /** The length of `json` in bytes. */
  readonly bytes: number;
}

/** An entry as the file has it. Times are ISO 8601; `text` is left out if the value is the text. */
export interface EntryRecord extends Omit<LongTermEntry, "createdAt" | "updatedAt" | "text"> {
  readonly tenantId: string;
  readonly text?: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly opId?: string;
}

export function storedEntry(
  scope: Scope,
  entry: LongTermEntry,
  opId: string | undefined,
): StoredEntry {
  const json = indent(JSON.stringify(toRecord(scope, entry, opId), undefined, 2));
  const bytes = Buffer.byteLength(json);
  const content = contentHash(entry.value, entry.text);
  return { scope, entry, ...(opId !== undefined && { opId }), content, json, bytes };
}

/** The fields in the order in which people want to read them; undefined ones are left out. */
function toRecord(scope: Scope, entry: LongTermEntry, opId: string | undefined): object {
  return {
    tenantId: scope.tenantId,
    workflowId: scope.workflowId,
    agentId: scope.agentId,
    key: entry.key,
    value: entry.value,
    text: entry.text === entry.value ? undefined : entry.text,
    metadata: entry.metadata,
    subject: entry.subject,
    sequence: entry.sequence,
    source: entry.source,
    derivedFrom: entry.derivedFrom,
    createdAt: new Date(entry.createdAt).toISOString(),
    updatedAt: new Date(entry.updatedAt).toISOString(),
    version: entry.version,
    opId,
  };
}

/** Indents an item of an array that is a property. A line break in JSON is never within a string. */
function indent(json: string): string {
  return `    ${json.replaceAll("\n", "\n    ")}`;
}

/** Its place within its tenant. */
export function entryPlace({ entry: { agentId, workflowId, key } }: StoredEntry): EntryPlace {
  return {
    ...(agentId !== undefined && { agentId }),
    ...(workflowId !== undefined && { workflowId }),
    key,
  };
}

/** Copies an entry that stays stored, to hand it out. */
export function copyEntry(entry: LongTermEntry): LongTermEntry {
  return cloneJson(entry as unknown as JsonObject) as unknown as LongTermEntry;
}

/** The order of the file: by tenant, workflow and agent; a scope without a workflow or agent comes first. */
export function compareScopes(a: Scope, b: Scope): number {
  return (
    compareCodePoints(a.tenantId, b.tenantId) ||
    compareCodePoints(a.workflowId ?? "", b.workflowId ?? "") ||
    compareCodePoints(a.agentId ?? "", b.agentId ?? "")
  );
}

export function compareKeys(a: StoredEntry, b: StoredEntry): number {
  return compareCodePoints(a.entry.key, b.entry.key);
}
