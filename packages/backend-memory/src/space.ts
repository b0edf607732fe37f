import type { LogBounds, LogEdit, LogItem, LogRead, LogWrite, Scope } from "@mem/core";
import { Collection } from "./collection.ts";
import type { Clockwork } from "./clockwork.ts";
import { bytesOf, FOOTPRINTS } from "./footprint.ts";
import type { Lifetime } from "./lifetime.ts";
import { changeBy } from "./log-change.ts";
import { Log } from "./log.ts";
import type { Tenant } from "./tenant.ts";
import { NEVER } from "./timing-wheel.ts";

/** What was removed with a workflow. */
export interface Removed {
  readonly entries: number;
  readonly logItems: number;
}

/** What one scope holds: entries and logs. It is there only while it holds something. */
export class Space {
  readonly tenant: Tenant;
  readonly tenantId: string;
  readonly workflowId: string | undefined;
  readonly agentId: string | undefined;
  readonly entries: Collection;
  readonly #clockwork: Clockwork;
  readonly #logs = new Map<string, Log>();
  #isReleased = false;

  constructor(clockwork: Clockwork, tenant: Tenant, { tenantId, workflowId, agentId }: Scope) {
    this.tenant = tenant;
    this.tenantId = tenantId;
    this.workflowId = workflowId;
    this.agentId = agentId;
    this.entries = new Collection(clockwork, this);
    this.#clockwork = clockwork;
  }

  /** The lifetime of its workflow, if there is one and it is live. */
  get lifetime(): Lifetime | undefined {
    return this.workflowId === undefined ? undefined : this.tenant.lifetime(this.workflowId);
  }

  append(name: string, items: readonly LogWrite[], { maxItems, ttlMs }: LogBounds): LogItem[] {
    const { timeline, account } = this.#clockwork;
    const there = this.log(name);
    if (there === undefined && items.length === 0) return [];
    const log = there ?? this.#open(name);
    const change = changeBy(log, items, maxItems);
    account?.logChanged(change);
    const appended = log.append(items, timeline.date(timeline.wall()), change.dropped);
    this.#prolong(log, ttlMs);
    return appended;
  }

  read(name: string, read: LogRead): LogItem[] {
    return this.log(name)?.read(read) ?? [];
  }

  find(name: string, ids: readonly string[]): (LogItem | undefined)[] {
    const log = this.log(name);
    return ids.map((id) => log?.find(id));
  }

  edit(name: string, edit: LogEdit): LogItem | undefined {
    const log = this.log(name);
    const item = log?.item(edit.id);
    if (log === undefined || item === undefined) return undefined;
    const { account } = this.#clockwork;
    const before = { ...item };
    const edited = log.edit(edit);
    if (edit.value === undefined) account?.logChanged({ added: [], dropped: [before] });
    else account?.itemEdited(before, item);
    return edited;
  }

  /** In all its logs; exact once the wheel has settled. */
  get logItems(): number {
    let items = 0;
    for (const log of this.#logs.values()) items += log.size;
    return items;
  }

  /** About how many bytes it takes. */
  bytes(): number {
    let bytes = FOOTPRINTS.scope + this.entries.bytes();
    for (const [name, { items }] of this.#logs) {
      bytes += FOOTPRINTS.log(name) + bytesOf(items, items.length, FOOTPRINTS.logItem);
    }
    return bytes;
  }

  /** Removes everything; returns what had not expired. */
  clear(): Removed {
    const now = this.#clockwork.timeline.elapsed();
    let logItems = 0;
    for (const [name, log] of this.#logs) {
      if (!log.isOver(now)) logItems += log.size;
      this.#close(name, log);
    }
    return { entries: this.entries.clear(), logItems };
  }

  /** Gives what lives by the session an expiry of its own. */
  outliveSession(ttlMs: number): void {
    this.entries.outliveSession(ttlMs);
    for (const log of this.#logs.values()) {
      if (!log.withSession) continue;
      log.withSession = false;
      this.#prolong(log, ttlMs);
    }
  }

  /** Whether it is the current place of a scope. */
  isOf(scope: Scope): boolean {
    return (
      !this.#isReleased &&
      scope?.agentId === this.agentId &&
      scope.tenantId === this.tenantId &&
      scope.workflowId === this.workflowId
    );
  }

  releaseIfEmpty(): void {
    if (this.entries.size > 0 || this.#logs.size > 0) return;
    this.#isReleased = true;
    this.tenant.release(this);
  }

  #open(name: string): Log {
    // An expired log may still be in the wheel, and its end would then end its successor.
    const over = this.#logs.get(name);
    if (over !== undefined) this.#close(name, over);
    const log = new Log(() => {
      this.#close(name, log);
      this.releaseIfEmpty();
    });
    this.#logs.set(name, log);
    this.#clockwork.account?.logOpened(name);
    return log;
  }

  #close(name: string, log: Log): void {
    this.#clockwork.wheel.remove(log);
    this.#logs.delete(name);
    this.#clockwork.account?.logClosed(name, log.items);
  }

  log(name: string): Log | undefined {
    const log = this.#logs.get(name);
    return log?.isOver(this.#clockwork.timeline.elapsed()) === true ? undefined : log;
  }

  /** Never shortens a log's life: the longest one requested counts, and while a session lives, the session's. */
  #prolong(log: Log, ttlMs: number | null | "session"): void {
    const { timeline, wheel } = this.#clockwork;
    if (ttlMs === "session") log.withSession = true;
    else log.until = Math.max(log.until, timeline.elapsed() + (ttlMs ?? Infinity));
    wheel.set(log, log.withSession || log.until === Infinity ? NEVER : log.until);
  }
}
