import type { LogEntry } from "@mem/append-log";
import {
  MemoryError,
  type LongTermWrite,
  type Removal,
  type Scope,
  type WriteResult,
} from "@mem/core";
import type { Base } from "../table/base.ts";
import { isLater, type BaseState } from "../table/base-file.ts";
import {
  decodeChange,
  isClearing,
  type Change,
  type Clearing,
  type ClearingWorkflow,
  type RestoredEntry,
  type Restoring,
} from "./change.ts";
import type { ChangedEntry } from "./changed-entry.ts";
import type { EntryCache } from "../reading/entry-cache.ts";
import { shareOf, stampOf, type FramePlace, type FrameShare } from "./frame-place.ts";
import { HistoryRecords } from "../history/history-records.ts";
import { Overlay } from "./overlay.ts";
import { Presence } from "./presence.ts";
import { gonePast } from "../store/storage-error.ts";
import { isSameEmbedder } from "../vectors/fingerprint.ts";

/** The result of a change, for its caller. */
export type Answer = readonly WriteResult[] | readonly boolean[] | number | undefined;

export interface ReplicaParts {
  readonly base: Base;
  readonly cache: EntryCache;
  /** How many entries a clearing would remove now. */
  readonly count: (clearing: Clearing | ClearingWorkflow) => Promise<number>;
  /** Called for each entry that this process saved. */
  readonly onSaved: (changed: ChangedEntry) => void;
  /** Called after a flush by any process. */
  readonly onFlushed: () => void;
  /** Called when the store has changed to another embedder: all earlier vectors are invalid. */
  readonly onOtherEmbedder: () => void;
}

/** A change that is applied once what it depends on has been looked up in the table. */
interface Waiting extends FramePlace {
  readonly change: Change;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** Memory that an entry takes in addition to its own text, in bytes. */
const ENTRY_BYTES = 300;

/**
 * The state that results from the log. Every process that reads the log arrives at the same state: changes are applied
 * in log order, and each condition is judged at its position.
 */
export class Replica {
  readonly overlay: Overlay = new Overlay();
  readonly history: HistoryRecords = new HistoryRecords();
  readonly #parts: ReplicaParts;
  readonly #presence: Presence;
  readonly #queue: Waiting[] = [];
  #draining: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;
  /** Present while the existing log is replayed: the last state of the table that it announced. */
  #replayed: BaseState | undefined;

  constructor(parts: ReplicaParts) {
    this.#parts = parts;
    this.#presence = new Presence(this.overlay, parts.base);
    this.#replayed = parts.base.state;
    this.#beginHistory(parts.base.state);
  }

  /** Roughly what it takes in memory. */
  get bytes(): number {
    return this.overlay.bytes + this.history.bytes;
  }

  /**
   * Ends the replay of the existing log. `current`: the state of the table according to its file. If the log announces
   * a later one, that version could not be read, and the store went back from it.
   */
  begin(current: BaseState): void {
    const replayed = this.#replayed;
    this.#replayed = undefined;
    if (replayed !== undefined && !isLater(replayed, current)) this.#moveTo(replayed);
    if (current.history === undefined) this.history.stop();
  }

  /** Whether everything that was taken has been applied. */
  get isSettled(): boolean {
    return this.#queue.length === 0 && this.#failure === undefined;
  }

  /** The log can't be applied any further: the store has to be opened anew, from what is on disk. */
  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** Takes the next frame of the log. */
  take({ position, payload, own }: LogEntry<Change>): Answer | Promise<Answer> {
    if (this.#failure !== undefined) throw this.#failure.error;
    const change = own ?? decodeChange(payload);
    const place = { position, bytes: payload.length, isOwn: own !== undefined };
    if (this.#queue.length === 0 && this.#presence.isKnownFor(change, place.isOwn)) {
      return this.#apply(change, place);
    }
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.#queue.push({ ...place, change, resolve, reject });
    this.#beginDraining();
    if (place.isOwn) return promise;
    // Nobody here waits for the answer; if the change can't be applied, `settled` says why.
    promise.catch(() => undefined);
    return undefined;
  }

  /** Resolves when everything that was taken has been applied; rejects if that fails. */
  async settled(): Promise<void> {
    while (this.#draining !== undefined) await this.#draining;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #beginDraining(): void {
    this.#draining ??= this.#drain().finally(() => {
      this.#draining = undefined;
      // A change may have arrived since the queue was last checked.
      if (this.#queue.length > 0) this.#beginDraining();
    });
  }

  async #drain(): Promise<void> {
    const { count } = this.#parts;
    try {
      for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
        const { change, isOwn } = next;
        let removed: number | undefined;
        if (isOwn && isClearing(change)) removed = await count(change);
        else if (!this.#presence.isKnownFor(change, isOwn)) {
          await this.#presence.learnFor(this.#queue);
          continue;
        }
        const answer = this.#apply(change, next);
        this.#queue.shift();
        next.resolve(removed ?? answer);
      }
      this.#presence.trim();
    } catch (cause) {
      const error = new MemoryError("MEM_UNAVAILABLE", "the log can't be read on: see the cause", {
        cause,
      });
      this.#failure = { error };
      for (const { reject } of this.#queue.splice(0)) reject(error);
    }
  }

  #apply(change: Change, place: FramePlace): Answer {
    switch (change.kind) {
      case "save": {
        const { scope, at, writes } = change;
        return writes.map((write, i) =>
          this.#save(scope, write, at, shareOf(place, writes.length, i)),
        );
      }
      case "restore": {
        const { entries } = change;
        return entries.map((entry, i) =>
          this.#restore(entry, change, shareOf(place, entries.length, i)),
        );
      }
      case "delete":
        return change.removals.map((removal, i) =>
          this.#delete(change.scope, removal, change.at, shareOf(place, change.removals.length, i)),
        );
      case "clear":
        this.overlay.clear(change.scope, place.position);
        if (this.history.areKept) this.history.cleared(change.scope, stampOf(change.at, place));
        return undefined;
      case "clear-workflow":
        this.overlay.clearWorkflow(change.workflow, place.position);
        if (this.history.areKept) {
          this.history.clearedWorkflow(change.workflow, stampOf(change.at, place));
        }
        return undefined;
      case "flushed":
        if (this.#replayed === undefined) {
          this.#moveTo(change);
        } else {
          this.#replayed = change;
          this.#beginHistory(change);
        }
        return undefined;
    }
  }

  #save(scope: Scope, write: LongTermWrite, at: number, share: FrameShare): WriteResult {
    const present = this.#presence.entry(scope, write.key);
    // A write without a condition is stored whatever is there.
    const known = present === "unknown" ? undefined : present;
    const refused = this.#presence.refusal(scope, write, known);
    if (refused !== undefined) return refused;
    const { version } = share;
    const before = this.overlay.find(scope, write.key)?.entry;
    const createdAt =
      present === "unknown" ? undefined : known === undefined ? at : known.createdAt;
    const isSameText = before?.vector !== undefined && before.write.text === write.text;
    const changed = this.#put(scope, write.key, at, share, {
      write,
      version,
      createdAt,
      ...(before !== undefined && { firstSavedAt: before.firstSavedAt ?? before.updatedAt }),
      updatedAt: at,
      ...(isSameText && {
        vector: before.vector,
        ...(before.passages && { passages: before.passages }),
      }),
    });
    if (share.isOwn) this.#parts.onSaved(changed);
    return { stored: true, version };
  }

  #restore(restored: RestoredEntry, change: Restoring, share: FrameShare): boolean {
    const { scope, write, createdAt, updatedAt } = restored;
    const { at, onlyAbsent, vectorsOf } = change;
    const { embedder } = this.#parts.base.state;
    const vector = isSameEmbedder(vectorsOf, embedder) ? restored.vector : undefined;
    if (onlyAbsent && this.#presence.entry(scope, write.key) !== undefined) return false;
    const { version } = share;
    const entry = { write, version, createdAt, updatedAt, ...(vector && { vector }) };
    const changed = this.#put(scope, write.key, at, share, entry);
    if (share.isOwn) this.#parts.onSaved(changed);
    return true;
  }

  #delete(scope: Scope, { key, ifVersion }: Removal, at: number, share: FrameShare): boolean {
    const present = this.#presence.entry(scope, key);
    if (present === undefined) return false;
    // It is unknown only if nobody waits for the answer and there is no condition.
    const isThere =
      present === "unknown" || ifVersion === undefined || ifVersion === present.version;
    if (!isThere) return false;
    this.#put(scope, key, at, { ...share, bytes: 0 }, undefined);
    return true;
  }

  #put(
    scope: Scope,
    key: string,
    at: number,
    { position, bytes, version }: FrameShare,
    entry: ChangedEntry["entry"],
  ): ChangedEntry {
    const { base, cache } = this.#parts;
    const changed = this.overlay.put(scope, key, { entry, position, bytes: bytes + ENTRY_BYTES });
    // Not `??=`: if its scope was cleared, `stored` is `null`, whatever the table still has.
    if (changed.stored === undefined) changed.stored = base.known(changed.id);
    cache.delete(changed.id);
    if (this.history.areKept) this.history.changed(scope, key, entry, { version, at, bytes });
    return changed;
  }

  #moveTo({ version, watermark, history, embedder }: BaseState): void {
    const { base, onFlushed, onOtherEmbedder } = this.#parts;
    const state = {
      version,
      watermark,
      ...(history && { history }),
      ...(embedder && { embedder }),
    };
    if (isLater(base.state, state)) return;
    if (watermark < base.watermark) {
      this.#failure = { error: gonePast(base.version) };
      return;
    }
    const hadClearings = this.overlay.hasClearings;
    const touched = this.overlay.dropBefore(watermark);
    this.history.dropBefore(watermark);
    this.#beginHistory(state);
    const before = base.state.embedder;
    base.moveTo(state, touched, hadClearings);
    if (!isSameEmbedder(before, embedder)) {
      this.overlay.dropVectors();
      onOtherEmbedder();
    }
    onFlushed();
  }

  #beginHistory({ watermark, history }: BaseState): void {
    if (history === undefined || this.history.areKept) return;
    this.history.begin(this.overlay.inTenant(), watermark, history.at);
  }
}
