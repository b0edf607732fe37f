import type { Scope, WorkflowRef } from "@mem/core";
import type { UnflushedEntry } from "../log/changed-entry.ts";
import {
  clearingId,
  placeOf,
  workflowClearingId,
  type AcceptedChange,
  type Happening,
} from "./history-row.ts";
import type { Slice } from "../log/overlay.ts";
import { rowId } from "../table/row.ts";

/** Memory that a change takes beside its own text. */
const CHANGE_BYTES = 300;
/** More changes than any frame of the log has. */
const BEYOND_FRAMES = 9_000_000;

/** What is recorded of a change besides what it did. */
export interface Stamp {
  readonly version: string;
  /** In milliseconds since 1970. */
  readonly at: number;
  /** The size of its part of the frame. */
  readonly bytes: number;
}

interface Kept extends AcceptedChange {
  readonly bytes: number;
}

/**
 * Every accepted change that the history table does not have yet, if the store keeps a history: the overlay has only
 * the latest change of each entry.
 */
export class HistoryRecords {
  readonly #changes = new Map<string, Kept[]>();
  #areKept = false;
  #bytes = 0;

  /** Whether the store keeps a history. */
  get areKept(): boolean {
    return this.#areKept;
  }

  /** Roughly what the changes take in memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Keeps changes from now on. Those in `slice`, which were made before and are not in the tables, count as made at
   * `at`: they were made then at the latest.
   */
  begin(slice: Slice, watermark: string, at: number): void {
    if (this.#areKept) return;
    this.#areKept = true;
    const { clearedScopes, clearedWorkflows, entries } = slice;
    let i = BEYOND_FRAMES;
    // The overlay does not tell when: it was before all changes that it still has in them, and after what the table
    // has.
    const before = (): Stamp => ({ version: `${watermark}.${i++}`, at, bytes: 0 });
    for (const scope of clearedScopes) this.cleared(scope, before());
    for (const workflow of clearedWorkflows) this.clearedWorkflow(workflow, before());
    for (const { changed, entry } of entries.values()) {
      const { scope, key, position, bytes } = changed;
      const version = entry?.version ?? `${position}.0`;
      this.changed(scope, key, entry, { version, at, bytes });
    }
  }

  /** The store turned out to keep no history. */
  stop(): void {
    this.#areKept = false;
    this.#changes.clear();
    this.#bytes = 0;
  }

  /** `entry`: its new state; `undefined`: it was deleted. */
  changed(scope: Scope, key: string, entry: UnflushedEntry | undefined, stamp: Stamp): void {
    const kind = entry === undefined ? "deleted" : "entry";
    this.#add(rowId(scope, key), scope, kind, stamp, entry);
  }

  cleared(scope: Scope, stamp: Stamp): void {
    this.#add(clearingId(scope), scope, "cleared", stamp);
  }

  clearedWorkflow(workflow: WorkflowRef, stamp: Stamp): void {
    const { tenantId, workflowId } = workflow;
    const team = { tenantId, workflowId };
    this.#add(workflowClearingId(workflow), team, "cleared-workflow", stamp);
  }

  /** The changes of these ids, as of now. */
  of(ids: readonly string[]): AcceptedChange[] {
    return ids.flatMap((id) => this.#changes.get(id) ?? []);
  }

  /** All changes, as of now; those of one id in log order. */
  all(): AcceptedChange[] {
    return [...this.#changes.values()].flat();
  }

  /** Forgets what the table has by now: every change before a position. */
  dropBefore(watermark: string): void {
    for (const [id, changes] of this.#changes) {
      const left = changes.filter(({ place }) => place >= watermark);
      if (left.length === changes.length) continue;
      for (const { place, bytes } of changes) if (place < watermark) this.#bytes -= bytes;
      if (left.length === 0) this.#changes.delete(id);
      else this.#changes.set(id, left);
    }
  }

  #add(
    id: string,
    scope: Scope,
    kind: Happening,
    { version, at, bytes }: Stamp,
    entry?: UnflushedEntry,
  ): void {
    const place = placeOf(version);
    const taken = bytes + CHANGE_BYTES;
    const change = { id, scope, kind, version, place, at, bytes: taken, ...(entry && { entry }) };
    this.#bytes += taken;
    const before = this.#changes.get(id);
    if (before === undefined) this.#changes.set(id, [change]);
    else before.push(change);
  }
}
