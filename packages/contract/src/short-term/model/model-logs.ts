import {
  encodeParts,
  MemoryError,
  type CallOptions,
  type LogBounds,
  type LogEdit,
  type LogItem,
  type LogRead,
  type LogWrite,
  type Scope,
} from "@mem/core";
import { ModelEntries } from "./model-entries.ts";

export interface LogRow {
  readonly item: LogItem;
  readonly ties: readonly string[];
}

export interface Log {
  readonly scope: Scope;
  rows: LogRow[];
  next: number;
  /** Whether it lives as long as its session. */
  withSession: boolean;
  /** Until when it lives on its own; `Infinity` means forever. */
  until: number;
}

/** The logs of the model. */
export abstract class ModelLogs extends ModelEntries {
  protected logs: Map<string, Log> = new Map();

  async append(
    scope: Scope,
    name: string,
    items: readonly LogWrite[],
    bounds: LogBounds,
    options?: CallOptions,
  ): Promise<LogItem[]> {
    const isThere = ({ id }: LogWrite): boolean => this.logRow(scope, name, id) !== undefined;
    this.enter(scope, options, () => items.every(isThere));
    this.checkLife(scope, bounds.ttlMs);
    const there = this.log(scope, name);
    if (there === undefined && items.length === 0) return [];
    const log = there ?? { scope, rows: [], next: 1, withSession: false, until: 0 };
    this.logs.set(this.logPlace(scope, name), log);
    const before = log.rows;
    const appended = items.map((item) => this.push(log, item));
    this.drop(
      log,
      log.rows.filter((row) => !before.includes(row)),
      bounds.maxItems,
    );
    this.prolong(log, bounds.ttlMs);
    return this.copy(appended);
  }

  async read(scope: Scope, name: string, read: LogRead, options?: CallOptions): Promise<LogItem[]> {
    this.enter(scope, options);
    const { limit, before = Infinity, after = 0 } = read;
    const items = (this.log(scope, name)?.rows ?? []).map(({ item }) => item);
    return this.copy(
      items.filter((item) => item.position < before && item.position > after).slice(-limit),
    );
  }

  async find(
    scope: Scope,
    name: string,
    ids: readonly string[],
    options?: CallOptions,
  ): Promise<(LogItem | undefined)[]> {
    this.enter(scope, options);
    const items = ids.map((id) => this.logRow(scope, name, id)?.item);
    return items.map((item) => item && this.copy(item));
  }

  async edit(
    scope: Scope,
    name: string,
    edit: LogEdit,
    options?: CallOptions,
  ): Promise<LogItem | undefined> {
    this.enter(scope, options);
    const log = this.log(scope, name);
    const row = this.logRow(scope, name, edit.id);
    if (log === undefined || row === undefined) return undefined;
    if (!this.meetsEdit(row, edit)) throw new MemoryError("MEM_CONFLICT", "was edited");
    return this.copy(this.replace(log, row, edit));
  }

  protected logPlace(scope: Scope, name: string): string {
    return encodeParts([this.place(scope), name]);
  }

  protected log(scope: Scope, name: string): Log | undefined {
    const log = this.logs.get(this.logPlace(scope, name));
    return log !== undefined && this.isLiveLog(log) ? log : undefined;
  }

  protected isLiveLog({ withSession, until }: Log): boolean {
    return withSession || !this.isOver(until);
  }

  protected logRow(scope: Scope, name: string, id: string): LogRow | undefined {
    return this.log(scope, name)?.rows.find(({ item }) => item.id === id);
  }

  protected push(log: Log, { id, value, ties = [], at = this.clock.now() }: LogWrite): LogItem {
    const there = log.rows.find((row) => row.item.id === id);
    if (there !== undefined) return there.item;
    const item = { id, position: log.next++, at, value, edits: 0 };
    log.rows = [...log.rows, { item, ties }];
    return item;
  }

  /** Drops the excess: the oldest items first, with all that they are tied to; items tied to the new ones last. */
  protected drop(log: Log, added: readonly LogRow[], maxItems: number): void {
    const last = this.tiedTo(log, added);
    for (const row of log.rows) {
      if (log.rows.length <= maxItems) return;
      if (last.includes(row) || !log.rows.includes(row)) continue;
      const gone = this.tiedTo(log, [row]);
      log.rows = log.rows.filter((one) => !gone.includes(one));
    }
    log.rows = log.rows.slice(-maxItems);
  }

  /** These rows, those that share a tie with one of them, those that share one with these, and so on. */
  protected tiedTo(log: Log, rows: readonly LogRow[]): readonly LogRow[] {
    const ties = new Set(rows.flatMap((row) => row.ties));
    const all = log.rows.filter(
      (row) => rows.includes(row) || row.ties.some((tie) => ties.has(tie)),
    );
    return all.length === rows.length ? all : this.tiedTo(log, all);
  }

  protected meetsEdit({ item }: LogRow, { ifEdits }: LogEdit): boolean {
    return ifEdits === undefined || ifEdits === item.edits;
  }

  protected replace(log: Log, row: LogRow, { value }: LogEdit): LogItem {
    if (value === undefined) {
      log.rows = log.rows.filter((one) => one !== row);
      return row.item;
    }
    const item = { ...row.item, value, edits: row.item.edits + 1 };
    log.rows = log.rows.map((one) => (one === row ? { ...row, item } : one));
    return item;
  }

  /** Never shortens a log's life. */
  protected prolong(log: Log, ttlMs: LogBounds["ttlMs"]): void {
    if (ttlMs === "session") log.withSession = true;
    else log.until = Math.max(log.until, this.clock.now() + (ttlMs ?? Infinity));
  }
}
