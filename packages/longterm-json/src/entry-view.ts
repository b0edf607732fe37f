import { compareCodePoints, type Scope } from "@mem/core";
import type { StoredEntry } from "./stored-entry.ts";

/** All entries as they stand at one moment. */
export interface EntryView {
  /** What they take up in the file. */
  readonly bytes: number;
  find(scope: Scope, key: string): StoredEntry | undefined;
  /** Every scope that holds something, in the order of the file; may name empty ones too. */
  scopes(): Scope[];
  /** The entries of exactly this scope, in the order of their keys. */
  entries(scope: Scope): readonly StoredEntry[];
}

/** The order of the file: by tenant, workflow and agent, what belongs to none of them first. */
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
