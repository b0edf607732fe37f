import {
  encodeParts,
  type CallOptions,
  type LogBounds,
  type LogItem,
  type LogRead,
  type LogWrite,
  type Scope,
} from "@mem/core";
import { ModelEntries } from "./model-entries.ts";

export interface Log {
  readonly scope: Scope;
  items: LogItem[];
  next: number;
  /** Whether it lives as long as its session. */
  withSession: boolean;
  /** Until when it lives by itself; `Infinity`: for ever. */
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
    const isThere = ({ id }: LogWrite): boolean =>
      this.log(scope, name)?.items.some((item) => item.id === id) === true;
    this.enter(scope, options, () => items.every(isThere));
    this.checkLife(scope, bounds.ttlMs);
    const there = this.log(scope, name);
    if (there === undefined && items.length === 0) return [];
    const log = there ?? { scope, items: [], next: 1, withSession: false, until: 0 };
    this.logs.set(this.logPlace(scope, name), log);
    const appended = items.map((item) => this.push(log, item));
    log.items = log.items.slice(-bounds.maxItems);
    this.prolong(log, bounds.ttlMs);
    return this.copy(appended);
  }

  async read(scope: Scope, name: string, read: LogRead, options?: CallOptions): Promise<LogItem[]> {
    this.enter(scope, options);
    const { limit, before = Infinity, after = 0 } = read;
    const items = this.log(scope, name)?.items ?? [];
    return this.copy(
      items.filter((item) => item.position < before && item.position > after).slice(-limit),
    );
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

  protected push(log: Log, { id, value }: LogWrite): LogItem {
    const there = log.items.find((item) => item.id === id);
    if (there !== undefined) return there;
    const item = { id, position: log.next++, at: this.clock.now(), value };
    log.items.push(item);
    return item;
  }

  /** Never shortens a log's life. */
  protected prolong(log: Log, ttlMs: LogBounds["ttlMs"]): void {
    if (ttlMs === "session") log.withSession = true;
    else log.until = Math.max(log.until, this.clock.now() + (ttlMs ?? Infinity));
  }
}
