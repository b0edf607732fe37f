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

/** What a change takes in memory beside its own text. */
const CHANGE_BYTES = 300;
/** More than any frame of the log has changes. */
const BEYOND_FRAMES = 9_000_000;

/** What is to be known of a change, beside what it did. */
export interface Stamp {
  readonly version: string;
  /** In milliseconds since 1970. */
  readonly at: number;
  /** Of its part of the frame. */
  readonly bytes: number;
}

interface Kept extends AcceptedChange {
  readonly bytes: number;
}

/**
 * Every change that was accepted and that the table of history does not have yet, where a store keeps one: the overlay
 * has only the latest of each entry.
 */
export class HistoryRecords {
  readonly #changes = new Map<string, Kept[]>();
  #areKept = false;
  #bytes = 0;

  /** Whether the store keeps a history. */
  get areKept(): boolean {
    return this.#areKept;
  }

  /** Roughly what they take in memory. */
  get bytes(): number {
    return this.#bytes;
  }

  /** From now on. What was changed so far and is not in the tables, `slice`, was so from `at` on, at the latest. */
  begin(slice: Slice, watermark: string, at: number): void {
    if (this.#areKept) return;
    this.#areKept = true;
    const { clearedScopes, clearedWorkflows, entries } = slice;
    let i = BEYOND_FRAMES;
    // The overlay does not tell when: before everything that it has of them, and after what the table has.
    const before = (): Stamp => ({ version: `${watermark}.${i++}`, at, bytes: 0 });
    for (const scope of clearedScopes) this.cleared(scope, before());
    for (const workflow of clearedWorkflows) this.clearedWorkflow(workflow, before());
    for (const { changed, entry } of entries.values()) {
      const { scope, key, position, bytes } = changed;
      const version = entry?.version ?? `${position}.0`;
      this.changed(scope, key, entry, { version, at, bytes });
    }
  }

  /** There turned out to be none. */
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

  /** Of these ids, as they are now. */
  of(ids: readonly string[]): AcceptedChange[] {
    return ids.flatMap((id) => this.#changes.get(id) ?? []);
  }

  /** As they are now; those of one id in the order of the log. */
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
