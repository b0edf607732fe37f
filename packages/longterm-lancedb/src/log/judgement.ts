import type { LongTermWrite, Scope, WriteResult } from "@mem/core";
import type { Base } from "../table/base.ts";
import type { Change } from "./change.ts";
import { contentOf } from "./content-counts.ts";
import type { Overlay } from "./overlay.ts";
import { rowId } from "../table/row.ts";
import type { ContentQuestion, StoredContents } from "./stored-contents.ts";

/** The entry in a place when a change is applied. */
export interface Present {
  readonly version: string;
  readonly opId: string | null | undefined;
  /** As in `UnflushedEntry`. */
  readonly createdAt: number | undefined;
}

/** The entry in a place; `undefined`: none; `"unknown"`: it has to be looked up in the table first. */
export function presentEntry(
  overlay: Overlay,
  base: Base,
  scope: Scope,
  key: string,
): Present | undefined | "unknown" {
  const changed = overlay.find(scope, key);
  if (changed !== undefined) {
    const { entry } = changed;
    return entry && { version: entry.version, opId: entry.write.opId, createdAt: entry.createdAt };
  }
  if (overlay.isCleared(scope)) return undefined;
  const stored = base.known(rowId(scope, key));
  return stored === undefined ? "unknown" : (stored ?? undefined);
}

/** Whether a scope has an entry with a content; `"unknown"`: it has to be looked up in the table first. */
export function isContentHeld(
  overlay: Overlay,
  stored: StoredContents,
  question: ContentQuestion,
): boolean | "unknown" {
  const { scope, content } = question;
  if (overlay.hasContent(scope, content)) return true;
  if (overlay.isCleared(scope)) return false;
  // A row that the overlay replaces does not count: its new entry was checked above, or it is deleted.
  return stored.known(question)?.some((id) => overlay.findId(id) === undefined) ?? "unknown";
}

/** Whether `isContentHeld` can answer throughout a change, whatever the change's earlier writes do to the overlay. */
export function isContentKnown(
  overlay: Overlay,
  stored: StoredContents,
  change: Change,
  question: ContentQuestion,
): boolean {
  const { scope, content } = question;
  if (overlay.isCleared(scope) || stored.known(question) !== undefined) return true;
  // One of several writes may replace the very entry that has the content of a later one.
  const isAlone = change.kind === "save" && change.writes.length === 1;
  return isAlone && overlay.hasContent(scope, content);
}

/** The contents that have to be looked up in their scope before a change can be judged. */
export function* contentsAskedBy(change: Change): Generator<ContentQuestion> {
  if (change.kind !== "save") return;
  const { scope, writes } = change;
  for (const write of writes) if (write.ifNew === true) yield { scope, content: contentOf(write) };
}

/** The places that have to be known before a change can be judged and, if this process made it, answered. */
export function* questionsOf(
  change: Change,
  isOwn: boolean,
): Generator<{ readonly scope: Scope; readonly key: string }> {
  if (change.kind === "save") {
    const { scope, writes } = change;
    for (const write of writes) if (isConditional(write)) yield { scope, key: write.key };
  } else if (change.kind === "delete") {
    const { scope, removals } = change;
    for (const { key, ifVersion } of removals) {
      // The caller of a delete is told whether there was an entry.
      if (isOwn || ifVersion !== undefined) yield { scope, key };
    }
  } else if (change.kind === "restore" && change.onlyAbsent) {
    for (const { scope, write } of change.entries) yield { scope, key: write.key };
  }
}

/** Whether a change can be judged without looking anything up: most saves have no condition. */
export function asksNothing(change: Change): boolean {
  if (change.kind !== "save") return change.kind === "flushed";
  for (const write of change.writes) if (isConditional(write)) return false;
  return true;
}

function isConditional({ ifVersion, ifAbsent, ifNew, opId }: LongTermWrite): boolean {
  return ifVersion !== undefined || ifAbsent === true || ifNew === true || opId !== undefined;
}

/**
 * The answer to a write that must not be stored; `undefined`: it is stored. `isHeld`: whether the scope already has the
 * content, if `ifNew` asks for that.
 */
export function refusal(
  { ifVersion, ifAbsent, ifNew, opId }: LongTermWrite,
  present: Present | undefined,
  isHeld: boolean,
): WriteResult | undefined {
  if (present !== undefined && opId !== undefined && present.opId === opId) {
    return { stored: true, version: present.version };
  }
  const isTaken = ifAbsent === true && present !== undefined;
  const isOther = ifVersion !== undefined && ifVersion !== present?.version;
  const isKnown = ifNew === true && isHeld;
  if (!isTaken && !isOther && !isKnown) return undefined;
  return { stored: false, ...(present && { version: present.version }) };
}
