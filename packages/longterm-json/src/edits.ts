import {
  contentHash,
  MemoryError,
  type EntryPlace,
  type ErasureRequest,
  type LongTermEntry,
  type LongTermWrite,
  type PortableEntry,
  type Removal,
  type Restored,
  type Scope,
  type WorkflowRef,
  type WriteResult,
} from "@mem/core";
import type { Draft } from "./draft.ts";
import { entryPlace, storedEntry, type StoredEntry } from "./stored-entry.ts";

/** What one call does to the entries: judged when its turn comes, on top of everything before it. */
export type Edit<T> = (draft: Draft) => T;

/** What a new entry gets from the store. */
export interface Stamps {
  /** Milliseconds since 1970. */
  now(): number;
  nextVersion(): string;
}

/**
 * Stores each write whose condition is met. If the entries would grow beyond `maxBytes`, throws `MEM_CAPACITY` and
 * stores none.
 */
export function saving(
  scope: Scope,
  writes: readonly LongTermWrite[],
  stamps: Stamps,
  maxBytes: number,
): Edit<WriteResult[]> {
  return (draft) => {
    const before = draft.bytes;
    const results = writes.map((write) => saveOne(draft, scope, write, stamps));
    if (draft.bytes > maxBytes && draft.bytes > before) throw full(maxBytes);
    return results;
  };
}

function saveOne(draft: Draft, scope: Scope, write: LongTermWrite, stamps: Stamps): WriteResult {
  const { opId, ifAbsent, ifVersion, ifNew, ...content } = write;
  const old = draft.find(scope, write.key);
  if (old !== undefined) {
    const { version } = old.entry;
    if (opId !== undefined && old.opId === opId) return { stored: true, version };
    if (ifAbsent === true || (ifVersion !== undefined && ifVersion !== version)) {
      return { stored: false, version };
    }
  } else if (ifVersion !== undefined) {
    return { stored: false };
  }
  if (ifNew === true && draft.count(scope, contentHash(write.value, write.text)) > 0) {
    return { stored: false, ...(old !== undefined && { version: old.entry.version }) };
  }
  const now = stamps.now();
  const { tenantId: _, ...owner } = scope;
  const entry: LongTermEntry = {
    ...content,
    ...owner,
    version: stamps.nextVersion(),
    createdAt: old?.entry.createdAt ?? now,
    updatedAt: now,
  };
  draft.put(storedEntry(scope, entry, opId));
  return { stored: true, version: entry.version };
}

export function removing(scope: Scope, removals: readonly Removal[]): Edit<boolean[]> {
  return (draft) =>
    removals.map(({ key, ifVersion }) => {
      const old = draft.find(scope, key);
      if (old === undefined) return false;
      if (ifVersion !== undefined && ifVersion !== old.entry.version) return false;
      draft.remove(old);
      return true;
    });
}

export function clearing(scope: Scope): Edit<number> {
  return (draft) => {
    const entries = draft.entries(scope);
    for (const stored of entries) draft.remove(stored);
    return entries.length;
  };
}

export function clearingWorkflow({ tenantId, workflowId }: WorkflowRef): Edit<number> {
  return (draft) =>
    draft
      .scopes()
      .filter((scope) => scope.tenantId === tenantId && scope.workflowId === workflowId)
      .reduce((sum, scope) => sum + clearing(scope)(draft), 0);
}

/** Removes what is asked for, unless it is a dry run. Returns where it was. */
export function erasing(request: ErasureRequest, dryRun: boolean): Edit<EntryPlace[]> {
  return (draft) => {
    const erased = "scope" in request ? findOne(draft, request) : findAbout(draft, request);
    if (!dryRun) for (const stored of erased) draft.remove(stored);
    return erased.map(entryPlace);
  };
}

function findOne(
  draft: Draft,
  { scope, key }: Extract<ErasureRequest, { readonly key: string }>,
): readonly StoredEntry[] {
  const stored = draft.find(scope, key);
  return stored === undefined ? [] : [stored];
}

function findAbout(
  draft: Draft,
  { tenantId, agentId, subject }: Extract<ErasureRequest, { readonly subject: string }>,
): readonly StoredEntry[] {
  return draft
    .scopes()
    .filter((scope) => scope.tenantId === tenantId)
    .filter((scope) => agentId === undefined || scope.agentId === agentId)
    .flatMap((scope) => draft.entries(scope))
    .filter(({ entry }) => entry.subject === subject);
}

/** Stores entries as they were. If the entries would grow beyond `maxBytes`, throws `MEM_CAPACITY` and stores none. */
export function restoring(
  entries: readonly PortableEntry[],
  ifExists: "skip" | "replace",
  stamps: Stamps,
  maxBytes: number,
): Edit<Restored> {
  return (draft) => {
    const before = draft.bytes;
    let stored = 0;
    for (const { scope, entry, opId } of entries) {
      if (ifExists === "skip" && draft.find(scope, entry.key) !== undefined) continue;
      const { tenantId: _, ...owner } = scope;
      const version = stamps.nextVersion();
      draft.put(storedEntry(scope, { ...entry, ...owner, version }, opId));
      stored += 1;
    }
    if (draft.bytes > maxBytes && draft.bytes > before) throw full(maxBytes);
    return { stored, skipped: entries.length - stored };
  };
}

function full(maxBytes: number): MemoryError {
  return new MemoryError(
    "MEM_CAPACITY",
    `the store would grow beyond its limit of ${maxBytes} bytes; delete something, raise maxBytes, or move to a store made for more`,
  );
}
