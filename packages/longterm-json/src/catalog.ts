import { encodeScope, type Scope, type SearchScope } from "@mem/core";
import type { Analyzer } from "@mem/search";
import type { EntryChange, EntryView } from "./draft.ts";
import { ScopeEntries } from "./scope-entries.ts";
import { compareScopes, type StoredEntry } from "./stored-entry.ts";

/** Called with every change, once it is made. */
export type Watcher = (change: EntryChange) => void;

/** What is on disk, kept in memory: every entry, by its place. */
export class Catalog implements EntryView {
  readonly #analyzer: Analyzer;
  readonly #byScope = new Map<string, ScopeEntries>();
  readonly #byTenant = new Map<string, Set<ScopeEntries>>();
  readonly #watchers = new Set<Watcher>();
  #bytes = 0;

  constructor(analyzer: Analyzer) {
    this.#analyzer = analyzer;
  }

  get bytes(): number {
    return this.#bytes;
  }

  find(scope: Scope, key: string): StoredEntry | undefined {
    return this.inScope(scope)?.get(key);
  }

  count(scope: Scope, content: string): number {
    return this.inScope(scope)?.count(content) ?? 0;
  }

  scopes(): Scope[] {
    return Array.from(this.#byScope.values(), ({ scope }) => scope).toSorted(compareScopes);
  }

  entries(scope: Scope): readonly StoredEntry[] {
    return this.inScope(scope)?.all() ?? [];
  }

  /** The text of every entry; a text that several entries have is listed for each of them. */
  texts(): string[] {
    return [...this.#byScope.values()].flatMap((entries) =>
      entries.all().map(({ entry }) => entry.text),
    );
  }

  inScope(scope: Scope): ScopeEntries | undefined {
    return this.#byScope.get(encodeScope(scope));
  }

  /** The scopes of every tenant. */
  everywhere(): readonly ScopeEntries[] {
    return [...this.#byScope.values()];
  }

  ofTenant(tenantId: string): readonly ScopeEntries[] {
    return [...(this.#byTenant.get(tenantId) ?? [])];
  }

  /** The scopes that a search looks into. */
  searched({ tenantId, workflowId, agentIds }: SearchScope): readonly ScopeEntries[] {
    const agents = new Set(agentIds ?? [undefined]);
    return this.ofTenant(tenantId).filter(
      ({ scope }) =>
        agents.has(scope.agentId) && (workflowId === undefined || scope.workflowId === workflowId),
    );
  }

  apply(changes: Iterable<EntryChange>): void {
    for (const change of changes) {
      const { before, after } = change;
      if (after !== undefined) this.#placeOf(after.scope).put(after);
      else if (before !== undefined) this.#remove(before);
      this.#bytes += (after?.bytes ?? 0) - (before?.bytes ?? 0);
      for (const watcher of this.#watchers) watcher(change);
    }
  }

  /**
   * Calls `watcher` for every present entry, and for every change from now on, until the returned function is called.
   */
  watch(watcher: Watcher): () => void {
    for (const entries of this.#byScope.values()) {
      for (const after of entries.all()) watcher({ before: undefined, after });
    }
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #placeOf(scope: Scope): ScopeEntries {
    const id = encodeScope(scope);
    const known = this.#byScope.get(id);
    if (known !== undefined) return known;
    const created = new ScopeEntries(scope, this.#analyzer);
    this.#byScope.set(id, created);
    const ofTenant = this.#byTenant.get(scope.tenantId) ?? new Set();
    this.#byTenant.set(scope.tenantId, ofTenant.add(created));
    return created;
  }

  #remove({ scope, entry }: StoredEntry): void {
    const entries = this.#placeOf(scope);
    entries.remove(entry.key);
    if (entries.size > 0) return;
    this.#byScope.delete(encodeScope(scope));
    const ofTenant = this.#byTenant.get(scope.tenantId);
    ofTenant?.delete(entries);
    if (ofTenant?.size === 0) this.#byTenant.delete(scope.tenantId);
  }
}
