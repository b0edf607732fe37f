import { encodeScope, type Scope } from "@mem/core";
import { compareKeys, compareScopes, type StoredEntry } from "./stored-entry.ts";

/** All entries as they stand at one moment. */
export interface EntryView {
  /** The size of the entries in the file. */
  readonly bytes: number;
  find(scope: Scope, key: string): StoredEntry | undefined;
  /** Every scope that has entries, in the order of the file; may include empty ones. */
  scopes(): Scope[];
  /** How many entries of exactly this scope have this `contentHash`. */
  count(scope: Scope, content: string): number;
  /** The entries of exactly this scope, in the order of their keys. */
  entries(scope: Scope): readonly StoredEntry[];
}

/** An entry before and after a change; at least one of the two is defined. */
export interface EntryChange {
  readonly before: StoredEntry | undefined;
  readonly after: StoredEntry | undefined;
}

interface ScopeChanges {
  readonly scope: Scope;
  /** By key; `undefined` if the entry is to be removed. */
  readonly entries: Map<string, StoredEntry | undefined>;
  /** By `contentHash`: how many more, or fewer, entries have it than in the view beneath. */
  readonly counts: Map<string, number>;
}

/** Changes on top of a view: judged and written together, and seen by nobody until they are on disk. */
export class Draft implements EntryView {
  readonly #base: EntryView;
  readonly #changes = new Map<string, ScopeChanges>();
  #bytes: number;

  constructor(base: EntryView) {
    this.#base = base;
    this.#bytes = base.bytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#changes.size === 0;
  }

  find(scope: Scope, key: string): StoredEntry | undefined {
    const changed = this.#changes.get(encodeScope(scope))?.entries;
    return changed?.has(key) === true ? changed.get(key) : this.#base.find(scope, key);
  }

  count(scope: Scope, content: string): number {
    const more = this.#changes.get(encodeScope(scope))?.counts.get(content) ?? 0;
    return this.#base.count(scope, content) + more;
  }

  put(stored: StoredEntry): void {
    this.#change(stored.scope, stored.entry.key, stored);
  }

  remove({ scope, entry }: StoredEntry): void {
    this.#change(scope, entry.key, undefined);
  }

  scopes(): Scope[] {
    const all = new Map(this.#base.scopes().map((scope) => [encodeScope(scope), scope]));
    for (const [id, { scope }] of this.#changes) all.set(id, scope);
    return [...all.values()].toSorted(compareScopes);
  }

  entries(scope: Scope): readonly StoredEntry[] {
    const changed = this.#changes.get(encodeScope(scope))?.entries;
    const base = this.#base.entries(scope);
    if (changed === undefined) return base;
    const kept = base.filter(({ entry }) => !changed.has(entry.key));
    const added = [...changed.values()].filter((stored) => stored !== undefined);
    return [...kept, ...added].toSorted(compareKeys);
  }

  /** Applies the changes to another draft. */
  mergeInto(target: Draft): void {
    for (const { before, after } of this.changes()) {
      if (after !== undefined) target.put(after);
      else if (before !== undefined) target.remove(before);
    }
  }

  /** The differences from the view beneath. */
  *changes(): Generator<EntryChange> {
    for (const { scope, entries } of this.#changes.values()) {
      for (const [key, after] of entries) {
        const before = this.#base.find(scope, key);
        if (before !== undefined || after !== undefined) yield { before, after };
      }
    }
  }

  #change(scope: Scope, key: string, stored: StoredEntry | undefined): void {
    const former = this.find(scope, key);
    this.#bytes += (stored?.bytes ?? 0) - (former?.bytes ?? 0);
    const id = encodeScope(scope);
    const changes = this.#changes.get(id) ?? { scope, entries: new Map(), counts: new Map() };
    changes.entries.set(key, stored);
    count(changes.counts, former, -1);
    count(changes.counts, stored, 1);
    this.#changes.set(id, changes);
  }
}

function count(counts: Map<string, number>, stored: StoredEntry | undefined, by: 1 | -1): void {
  if (stored !== undefined) counts.set(stored.content, (counts.get(stored.content) ?? 0) + by);
}
