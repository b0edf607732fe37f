import {
  encodeParts,
  encodeScope,
  type Scope,
  type SearchScope,
  type WorkflowRef,
} from "@mem/core";
import type { ChangedEntry, UnflushedEntry } from "./changed-entry.ts";
import { ContentCounts } from "./content-counts.ts";
import { keyOfId, scopeOfId } from "../table/row.ts";

/** What was changed in one scope. */
interface ChangedScope {
  readonly scope: Scope;
  readonly entries: Map<string, ChangedEntry>;
  /** Absent: not needed yet. */
  contents?: ContentCounts;
  /** Position of the last change that cleared it: its rows in the table no longer count. */
  clearedAt?: string;
}

/** Removes everything in every scope of a workflow. */
interface ClearedWorkflow extends WorkflowRef {
  readonly position: string;
}

/** A change as it was when a read started. */
export interface SliceEntry {
  readonly changed: ChangedEntry;
  /** Absent: deleted. */
  readonly entry: UnflushedEntry | undefined;
}

/** What a get needs to know about a scope. */
export interface ScopeChanges {
  readonly entries: ReadonlyMap<string, ChangedEntry>;
  /** Whether the scope was cleared: its rows in the table no longer count. */
  readonly isCleared: boolean;
}

const NO_ENTRIES: ReadonlyMap<string, ChangedEntry> = new Map();

/** The part of an overlay that a read needs, as it was when the read started. */
export interface Slice {
  /** By id. */
  readonly entries: ReadonlyMap<string, SliceEntry>;
  /** Whether a scope was cleared: its rows in the table no longer count. */
  isCleared(scope: Scope): boolean;
  /** The cleared scopes and workflows that concern the read. */
  readonly clearedScopes: readonly Scope[];
  readonly clearedWorkflows: readonly WorkflowRef[];
}

/** The changes in the log that the table does not have yet: the same in every process that has read as far. */
export class Overlay {
  readonly #scopes = new Map<string, ChangedScope>();
  readonly #workflows = new Map<string, ClearedWorkflow>();
  #lastScope: Scope | undefined;
  #lastName = "";
  #size = 0;
  #bytes = 0;

  /** How many entries it holds, deletions included. */
  get size(): number {
    return this.#size;
  }

  /** Roughly what they take in memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether anything was cleared. */
  get hasClearings(): boolean {
    if (this.#workflows.size > 0) return true;
    for (const { clearedAt } of this.#scopes.values()) if (clearedAt !== undefined) return true;
    return false;
  }

  find(scope: Scope, key: string): ChangedEntry | undefined {
    return this.#scopes.get(this.#nameOf(scope))?.entries.get(key);
  }

  /** The current changes of a scope, by key; `name` is the encoded scope. */
  changesOf(scope: Scope, name: string): ScopeChanges {
    const changed = this.#scopes.get(name);
    const isCleared =
      changed?.clearedAt !== undefined ||
      (this.#workflows.size > 0 && this.#workflows.has(encodeWorkflow(scope)));
    return { entries: changed?.entries ?? NO_ENTRIES, isCleared };
  }

  findId(id: string): ChangedEntry | undefined {
    return this.#scopes.get(scopeOfId(id))?.entries.get(keyOfId(id));
  }

  /** Whether one of a scope's entries in the overlay has this content. */
  hasContent(scope: Scope, content: string): boolean {
    const changed = this.#scopes.get(this.#nameOf(scope));
    if (changed === undefined) return false;
    changed.contents ??= new ContentCounts(
      Array.from(changed.entries.values(), ({ entry }) => entry),
    );
    return changed.contents.has(content);
  }

  /** Whether a scope was cleared: its rows in the table no longer count. */
  isCleared(scope: Scope): boolean {
    return this.changesOf(scope, this.#nameOf(scope)).isCleared;
  }

  /** Puts an entry, or a deletion, in its place. */
  put(
    scope: Scope,
    key: string,
    { entry, position, bytes }: Pick<ChangedEntry, "entry" | "position" | "bytes">,
  ): ChangedEntry {
    const changed = this.#scope(scope);
    const before = changed.entries.get(key);
    this.#bytes += bytes - (before?.bytes ?? 0);
    changed.contents?.replace(before?.entry, entry);
    if (before !== undefined) {
      before.entry = entry;
      before.position = position;
      before.bytes = bytes;
      return before;
    }
    const stored = this.isCleared(scope) ? null : undefined;
    const id = `${this.#nameOf(scope)}:${key}`;
    const added = { id, scope, key, entry, position, since: position, bytes, stored };
    changed.entries.set(key, added);
    this.#size++;
    return added;
  }

  /** Drops the vectors of all entries, because the store has changed to another embedder. */
  dropVectors(): void {
    for (const { entries } of this.#scopes.values()) {
      for (const changed of entries.values()) {
        if (changed.entry?.vector === undefined) continue;
        // A read that has started continues with the old object.
        const { vector: _vector, passages: _passages, ...entry } = changed.entry;
        changed.entry = entry;
      }
    }
  }

  clear(scope: Scope, position: string): void {
    const changed = this.#scope(scope);
    this.#empty(changed);
    changed.clearedAt = position;
  }

  clearWorkflow(workflow: WorkflowRef, position: string): void {
    for (const changed of this.#scopes.values()) {
      if (isOf(workflow, changed.scope)) this.#empty(changed);
    }
    this.#workflows.set(encodeWorkflow(workflow), { ...workflow, position });
  }

  /** The entries and clearings of a scope. */
  inScope(scope: Scope): Slice {
    const changed = this.#scopes.get(encodeScope(scope));
    return this.#slice(changed === undefined ? [] : [changed], (workflow) => isOf(workflow, scope));
  }

  /** The entries and clearings that a search looks at. */
  inSearchScope(searched: SearchScope): Slice {
    const found = [...this.#scopes.values()].filter(({ scope }) => isSearched(searched, scope));
    return this.#slice(
      found,
      ({ tenantId, workflowId }) =>
        tenantId === searched.tenantId &&
        (searched.workflowId === undefined || searched.workflowId === workflowId),
    );
  }

  /** The entries and clearings of a tenant, or all. */
  inTenant(tenantId?: string): Slice {
    const isMeant = (place: { readonly tenantId: string }): boolean =>
      tenantId === undefined || place.tenantId === tenantId;
    const found = [...this.#scopes.values()].filter(({ scope }) => isMeant(scope));
    return this.#slice(found, isMeant);
  }

  /**
   * Drops the changes that the table now has: all before a position. Returns the changes whose rows in the table may be
   * different now: the dropped ones, and those of entries that have changed since as well.
   */
  dropBefore(watermark: string): ChangedEntry[] {
    const touched: ChangedEntry[] = [];
    for (const [name, { position }] of this.#workflows) {
      if (position < watermark) this.#workflows.delete(name);
    }
    for (const [name, changed] of this.#scopes) {
      if (changed.clearedAt !== undefined && changed.clearedAt < watermark)
        delete changed.clearedAt;
      const stored = this.isCleared(changed.scope) ? null : undefined;
      for (const [key, entry] of changed.entries) {
        // The table can't have this change: what is known about its row still holds.
        if (entry.since >= watermark) continue;
        touched.push(entry);
        if (entry.position < watermark) {
          changed.entries.delete(key);
          changed.contents?.replace(entry.entry, undefined);
          this.#size--;
          this.#bytes -= entry.bytes;
        } else {
          // The table now has another row; a read that started on the previous one continues with the old object.
          changed.entries.set(key, { ...entry, since: watermark, stored });
        }
      }
      if (changed.entries.size === 0 && changed.clearedAt === undefined) this.#scopes.delete(name);
    }
    return touched;
  }

  /** Remembers the last scope: mostly the same object is asked for again. */
  #nameOf(scope: Scope): string {
    if (scope !== this.#lastScope) {
      this.#lastName = encodeScope(scope);
      this.#lastScope = scope;
    }
    return this.#lastName;
  }

  #scope(scope: Scope): ChangedScope {
    const name = this.#nameOf(scope);
    let changed = this.#scopes.get(name);
    if (changed === undefined) {
      changed = { scope, entries: new Map() };
      this.#scopes.set(name, changed);
    }
    return changed;
  }

  #empty(changed: ChangedScope): void {
    this.#size -= changed.entries.size;
    for (const { bytes } of changed.entries.values()) this.#bytes -= bytes;
    changed.entries.clear();
    delete changed.contents;
  }

  #slice(found: readonly ChangedScope[], isMeant: (workflow: WorkflowRef) => boolean): Slice {
    const entries = new Map<string, SliceEntry>();
    for (const { entries: changes } of found) {
      for (const changed of changes.values()) {
        entries.set(changed.id, { changed, entry: changed.entry });
      }
    }
    const clearedScopes = found.flatMap(({ scope, clearedAt }) =>
      clearedAt === undefined ? [] : [scope],
    );
    const clearedWorkflows = [...this.#workflows.values()].filter(isMeant);
    const clearedNames = new Set(clearedWorkflows.map(encodeWorkflow));
    const cleared = new Set(clearedScopes.map(encodeScope));
    return {
      entries,
      clearedScopes,
      clearedWorkflows,
      isCleared: (scope) =>
        cleared.has(encodeScope(scope)) || clearedNames.has(encodeWorkflow(scope)),
    };
  }
}

/** Encodes the workflow of a scope; without one, the result is not that of any workflow. */
function encodeWorkflow({ tenantId, workflowId }: Scope | WorkflowRef): string {
  return encodeParts([tenantId, workflowId]);
}

function isOf(workflow: WorkflowRef, scope: Scope): boolean {
  return scope.tenantId === workflow.tenantId && scope.workflowId === workflow.workflowId;
}

function isSearched({ tenantId, workflowId, agentIds }: SearchScope, scope: Scope): boolean {
  if (scope.tenantId !== tenantId) return false;
  if (workflowId !== undefined && scope.workflowId !== workflowId) return false;
  if (agentIds === undefined) return scope.agentId === undefined;
  return scope.agentId !== undefined && agentIds.includes(scope.agentId);
}
