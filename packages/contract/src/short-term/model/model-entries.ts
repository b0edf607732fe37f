import {
  matchesFilter,
  MemoryError,
  type CallOptions,
  type Entry,
  type Increment,
  type Incremented,
  type ListRequest,
  type Page,
  type Removal,
  type Scope,
  type ShortTermWrite,
  type WriteResult,
} from "@mem/core";
import { ModelGate } from "./model-gate.ts";

export interface Row {
  readonly place: string;
  readonly scope: Scope;
  readonly entry: Entry;
  readonly opId?: string;
  /** Absent: never. */
  readonly ends: number | "session" | undefined;
}

/** The entries of the model: a list of rows that every call scans. */
export abstract class ModelEntries extends ModelGate {
  protected rows: Row[] = [];
  #versions = 0;

  async get(
    scope: Scope,
    keys: readonly string[],
    options?: CallOptions,
  ): Promise<(Entry | undefined)[]> {
    this.enter(scope, options);
    return keys.map((key) => {
      const row = this.findRow(scope, key);
      return row && this.handOut(row);
    });
  }

  async save(
    scope: Scope,
    writes: readonly ShortTermWrite[],
    options?: CallOptions,
  ): Promise<WriteResult[]> {
    const wasDone = ({ key, opId }: ShortTermWrite): boolean => this.wasDone(scope, key, opId);
    this.enter(scope, options, () => writes.length > 0 && writes.every(wasDone));
    for (const { ttlMs } of writes) this.checkLife(scope, ttlMs);
    return writes.map((write) => this.store(scope, write));
  }

  async increment(scope: Scope, increment: Increment, options?: CallOptions): Promise<Incremented> {
    this.enter(scope, options, () => this.wasDone(scope, increment.key, increment.opId));
    this.checkLife(scope, increment.ttlMs);
    return this.add(scope, increment);
  }

  async delete(
    scope: Scope,
    removals: readonly Removal[],
    options?: CallOptions,
  ): Promise<boolean[]> {
    this.enter(scope, options);
    return removals.map(({ key, ifVersion }) => {
      const row = this.findRow(scope, key);
      if (row === undefined || !this.isVersion(row, ifVersion)) return false;
      this.rows = this.rows.filter((other) => other !== row);
      this.changed(scope);
      return true;
    });
  }

  async list(scope: Scope, request: ListRequest, options?: CallOptions): Promise<Page<Entry>> {
    this.enter(scope, options);
    const { prefix = "", filter, cursor, limit } = request;
    const matching = this.rowsOf(scope)
      .filter(({ entry }) => entry.key.startsWith(prefix))
      .filter(({ entry }) => filter === undefined || matchesFilter(filter, entry.metadata));
    const handOut = (row: Row): Entry => this.handOut(row);
    return this.page(matching, ({ entry }) => entry.key, cursor, limit, handOut);
  }

  async count(scope: Scope, options?: CallOptions): Promise<number> {
    this.enter(scope, options);
    return this.rowsOf(scope).length;
  }

  async clear(scope: Scope, options?: CallOptions): Promise<number> {
    this.enter(scope, options);
    const gone = this.rowsOf(scope);
    this.rows = this.rows.filter((row) => !gone.includes(row));
    if (gone.length > 0) this.changed(scope);
    return gone.length;
  }

  protected isLive({ ends }: Row): boolean {
    return typeof ends !== "number" || !this.isOver(ends);
  }

  protected rowsOf(scope: Scope): Row[] {
    return this.rows.filter((row) => row.place === this.place(scope) && this.isLive(row));
  }

  protected findRow(scope: Scope, key: string): Row | undefined {
    const place = this.place(scope);
    return this.rows.find(
      (row) => row.entry.key === key && row.place === place && this.isLive(row),
    );
  }

  protected isVersion(row: Row | undefined, version: string | undefined): boolean {
    return version === undefined || row?.entry.version === version;
  }

  protected isRepeated(row: Row | undefined, opId: string | undefined): boolean {
    return opId !== undefined && row?.opId === opId;
  }

  protected wasDone(scope: Scope, key: string, opId: string | undefined): boolean {
    return this.isRepeated(this.findRow(scope, key), opId);
  }

  protected nextVersion(_replaced: Row | undefined): string {
    return `v${++this.#versions}`;
  }

  protected endOf({ ttlMs }: ShortTermWrite, replaced: Row | undefined): Row["ends"] {
    if (ttlMs === "keep") return replaced?.ends;
    return typeof ttlMs === "number" ? this.clock.now() + ttlMs : (ttlMs ?? undefined);
  }

  protected store(scope: Scope, write: ShortTermWrite): WriteResult {
    const row = this.findRow(scope, write.key);
    if (row !== undefined && this.isRepeated(row, write.opId))
      return { stored: true, version: row.entry.version };
    if (!this.isVersion(row, write.ifVersion) || (write.ifAbsent === true && row !== undefined))
      return { stored: false, ...(row && { version: row.entry.version }) };
    return { stored: true, version: this.put(scope, write, row) };
  }

  protected add(scope: Scope, { key, by, ttlMs, opId }: Increment): Incremented {
    const row = this.findRow(scope, key);
    const before = row === undefined ? 0 : row.entry.value;
    if (typeof before !== "number") throw notCountable("key", "holds no number");
    if (row !== undefined && this.isRepeated(row, opId))
      return { value: before, version: row.entry.version };
    const value = before + by;
    if (!Number.isFinite(value)) throw notCountable("by", "makes the sum too large");
    const about = row === undefined ? { key, source: "agent" as const } : row.entry;
    const write: ShortTermWrite = {
      ...about,
      value,
      ttlMs: row === undefined ? ttlMs : "keep",
      ...(opId !== undefined && { opId }),
    };
    return { value, version: this.put(scope, write, row) };
  }

  /** Stores an entry, replacing another if there is one; returns its version. */
  protected put(scope: Scope, write: ShortTermWrite, replaced: Row | undefined): string {
    const { ttlMs: _, ifVersion: _v, ifAbsent: _a, opId, ...about } = write;
    const version = this.nextVersion(replaced);
    const now = this.clock.now();
    const createdAt = replaced?.entry.createdAt ?? now;
    const entry = { ...about, version, createdAt, updatedAt: now };
    const place = this.place(scope);
    const ends = this.endOf(write, replaced);
    this.rows = this.rows.filter((row) => row.entry.key !== write.key || row.place !== place);
    this.rows.push({ place, scope, entry, ends, ...(opId !== undefined && { opId }) });
    this.changed(scope);
    return version;
  }

  protected handOut({ entry, scope, ends }: Row): Entry {
    const expiresAt = ends === "session" ? this.lifetime(scope)?.expiresAt : ends;
    return { ...this.copy(entry), ...(expiresAt !== undefined && { expiresAt }) };
  }
}

function notCountable(path: string, problem: string): MemoryError {
  return new MemoryError("MEM_INVALID_ARGUMENT", `${path} ${problem}`, { path });
}
