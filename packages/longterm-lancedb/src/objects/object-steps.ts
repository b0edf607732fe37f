import type { EmbedderFingerprint, LongTermWrite, Scope, WriteResult } from "@mem/core";
import { randomUUID } from "node:crypto";
import type { Removing, Restoring, Saving } from "../log/change.ts";
import type { ChangedEntry, StoredFacts, UnflushedEntry } from "../log/changed-entry.ts";
import { contentOf } from "../log/content-counts.ts";
import { refusal } from "../log/judgement.ts";
import { rowId } from "../table/row.ts";

/** A change made of steps, each in one place and with an answer of its own. */
export type StepwiseChange = Saving | Removing | Restoring;

export type StepAnswer = WriteResult | boolean;

/** What a change does in one place. */
export interface Step {
  readonly id: string;
  readonly scope: Scope;
  readonly key: string;
  /** Its content, if it is to be stored only if the scope does not have that content yet. */
  readonly newContent?: string;
  /** Judges its condition; alters the place if that is met. `isHeld`: whether the scope has `newContent`. */
  readonly take: (place: PlacedSteps, isHeld: boolean) => StepAnswer;
}

/** What is in a place: as it was read, and as the steps of a commit leave it. */
export class PlacedSteps {
  readonly id: string;
  readonly scope: Scope;
  readonly key: string;
  /** As it was read; the commit is for this version only. */
  readonly stored: StoredFacts | undefined;
  #entry: UnflushedEntry | undefined;
  #isChanged = false;
  /** Whether its entry is stored only if the scope does not have its content. */
  asksNew = false;
  /** Whose vectors its entry was restored with. */
  vectorsOf: EmbedderFingerprint | undefined;

  constructor({ id, scope, key }: Step, stored: StoredFacts | undefined) {
    this.id = id;
    this.scope = scope;
    this.key = key;
    this.stored = stored;
  }

  /** Whether there is anything to commit; an entry that was absent, then added and deleted again, is nothing. */
  get isChanged(): boolean {
    return this.#isChanged && (this.stored !== undefined || this.#entry !== undefined);
  }

  /** Whether a step has altered it. */
  get isTouched(): boolean {
    return this.#isChanged;
  }

  /** Absent: it was deleted, or never there. */
  get entry(): UnflushedEntry | undefined {
    return this.#entry;
  }

  /** The present entry, as conditions see it. */
  get present(): Pick<StoredFacts, "version" | "opId" | "createdAt"> | undefined {
    if (!this.#isChanged) return this.stored;
    const entry = this.#entry;
    if (entry === undefined) return undefined;
    const { version, createdAt = entry.updatedAt, write } = entry;
    return { version, createdAt, opId: write.opId ?? null };
  }

  /** The place in the form that table rows are made from. */
  get changed(): ChangedEntry {
    const { id, scope, key, entry, stored = null } = this;
    return { id, scope, key, entry, stored, position: "", since: "", bytes: 0 };
  }

  put(entry: UnflushedEntry | undefined): void {
    this.#entry = entry;
    this.#isChanged = true;
  }
}

export function stepsOf(change: StepwiseChange): Step[] {
  switch (change.kind) {
    case "save":
      return change.writes.map((write) => ({
        ...step(change.scope, write.key, (place, isHeld) => save(place, write, change.at, isHeld)),
        ...(write.ifNew === true && { newContent: contentOf(write) }),
      }));
    case "delete":
      return change.removals.map(({ key, ifVersion }) =>
        step(change.scope, key, (place) => remove(place, ifVersion)),
      );
    case "restore":
      return change.entries.map((restored) =>
        step(restored.scope, restored.write.key, (place) => {
          if (change.onlyAbsent && place.present !== undefined) return false;
          const { scope: _scope, ...entry } = restored;
          place.vectorsOf = change.vectorsOf;
          place.put({ ...entry, version: randomUUID() });
          return true;
        }),
      );
  }
}

function step(scope: Scope, key: string, take: Step["take"]): Step {
  return { id: rowId(scope, key), scope, key, take };
}

function save(place: PlacedSteps, write: LongTermWrite, at: number, isHeld: boolean): WriteResult {
  const { present } = place;
  const refused = refusal(write, present, isHeld);
  if (refused !== undefined) return refused;
  place.asksNew = write.ifNew === true;
  const version = randomUUID();
  place.put({ write, version, createdAt: present?.createdAt ?? at, updatedAt: at });
  return { stored: true, version };
}

function remove(place: PlacedSteps, ifVersion: string | undefined): boolean {
  const { present } = place;
  if (present === undefined) return false;
  if (ifVersion !== undefined && ifVersion !== present.version) return false;
  place.put(undefined);
  return true;
}
