import type { ShortTermWrite, WorkflowStart } from "@mem/core";
import type { Collection } from "./collection.ts";
import type { ExpiredLifetime } from "./expired-lifetime.ts";
import { sizeOf, type ClaimContent, type Footprints } from "./footprint.ts";
import type { LogChange } from "./log-change.ts";
import type { LogContent } from "./log-item.ts";
import { BoundedEntry, type Recency } from "./recency.ts";
import type { StoredEntry } from "./stored-entry.ts";

export interface Amount {
  readonly items: number;
  readonly bytes: number;
}

/** Counts what a bounded store keeps. It is notified of everything that is added or removed. */
export class Account implements Amount {
  readonly footprints: Footprints;
  /** The order in which entries were last used; absent if it is not needed. */
  readonly recency: Recency | undefined;
  /** Timed-out sessions that have not been reported yet, oldest first. */
  readonly untold: Set<ExpiredLifetime> = new Set();
  /** Log items, sessions and claims. */
  readonly #lasting = { items: 0, bytes: 0 };
  #entries = 0;
  /** Of entries, and of the scopes that hold some. */
  #entryBytes = 0;

  constructor(footprints: Footprints, recency: Recency | undefined) {
    this.footprints = footprints;
    this.recency = recency;
  }

  get items(): number {
    return this.#entries + this.#lasting.items;
  }

  get bytes(): number {
    return this.#entryBytes + this.#lasting.bytes;
  }

  /** The part that can't be evicted. */
  get lasting(): Amount {
    return this.#lasting;
  }

  createEntry(home: Collection, key: string): StoredEntry {
    return new BoundedEntry(home, key);
  }

  entryAdded(entry: StoredEntry, isFirst: boolean): void {
    this.#entries++;
    if (isFirst) this.#entryBytes += this.footprints.scope;
    this.recency?.add(bounded(entry));
  }

  entryWritten(entry: StoredEntry, write: ShortTermWrite): void {
    this.#resize(entry, this.footprints.entry(write));
    this.entryUsed(entry);
  }

  /** Call it before the entry records which operation made it. */
  entryIncremented(entry: StoredEntry, opId: string | undefined): void {
    const { footprints } = this;
    const more = footprints.opId(opId) - footprints.opId(entry.opId);
    this.#resize(entry, bounded(entry).bytes + more);
    this.entryUsed(entry);
  }

  entryUsed(entry: StoredEntry): void {
    this.recency?.use(bounded(entry));
  }

  entryRemoved(entry: StoredEntry, isLast: boolean): void {
    this.#entries--;
    this.#resize(entry, 0);
    if (isLast) this.#entryBytes -= this.footprints.scope;
    this.recency?.remove(bounded(entry));
  }

  logOpened(name: string): void {
    this.#lasting.bytes += this.footprints.log(name);
  }

  logChanged({ added, dropped }: LogChange): void {
    const { logItem } = this.footprints;
    this.#lasting.items += added.length - dropped.length;
    this.#lasting.bytes += sizeOf(added, logItem) - sizeOf(dropped, logItem);
  }

  itemEdited(before: LogContent, after: LogContent): void {
    const { logItem } = this.footprints;
    this.#lasting.bytes += logItem(after) - logItem(before);
  }

  logClosed(name: string, items: readonly LogContent[]): void {
    const { log, logItem } = this.footprints;
    this.#lasting.items -= items.length;
    this.#lasting.bytes -= log(name) + sizeOf(items, logItem);
  }

  sessionStarted(workflowId: string, { metadata }: WorkflowStart): void {
    this.#lasting.items++;
    this.#lasting.bytes += this.footprints.session(workflowId, metadata);
  }

  sessionEnded(workflowId: string, { metadata }: WorkflowStart): void {
    this.#lasting.items--;
    this.#lasting.bytes -= this.footprints.session(workflowId, metadata);
  }

  claimMade(claim: ClaimContent): void {
    this.#lasting.items++;
    this.#lasting.bytes += this.footprints.claim(claim);
  }

  claimGone(claim: ClaimContent): void {
    this.#lasting.items--;
    this.#lasting.bytes -= this.footprints.claim(claim);
  }

  #resize(entry: StoredEntry, bytes: number): void {
    this.#entryBytes += bytes - bounded(entry).bytes;
    bounded(entry).bytes = bytes;
  }
}

/** Every entry of a store that has an account was created by it. */
export function bounded(entry: StoredEntry): BoundedEntry {
  return entry as BoundedEntry;
}
