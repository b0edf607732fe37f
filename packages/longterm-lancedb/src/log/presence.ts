import type { LongTermWrite, Scope, WriteResult } from "@mem/core";
import type { Base } from "../table/base.ts";
import { isClearing, type Change } from "./change.ts";
import { contentOf } from "./content-counts.ts";
import {
  asksNothing,
  contentsAskedBy,
  isContentHeld,
  isContentKnown,
  presentEntry,
  questionsOf,
  refusal,
  type Present,
} from "./judgement.ts";
import type { Overlay } from "./overlay.ts";
import { rowId } from "../table/row.ts";
import { StoredContents, type ContentQuestion } from "./stored-contents.ts";

const LEARNED_AT_ONCE = 2_000;

/** A change that waits to be applied. */
interface WaitingChange {
  readonly change: Change;
  readonly isOwn: boolean;
}

/** What exists when a change is applied, according to the overlay and to what is known of the table. */
export class Presence {
  readonly #overlay: Overlay;
  readonly #base: Base;
  readonly #stored: StoredContents;

  constructor(overlay: Overlay, base: Base) {
    this.#overlay = overlay;
    this.#base = base;
    this.#stored = new StoredContents(base);
  }

  /** The entry in a place; `undefined`: none; `"unknown"`: it has to be looked up first. */
  entry(scope: Scope, key: string): Present | undefined | "unknown" {
    return presentEntry(this.#overlay, this.#base, scope, key);
  }

  /** The answer to a write that must not be stored; `undefined`: it is stored. All it depends on has to be known. */
  refusal(
    scope: Scope,
    write: LongTermWrite,
    present: Present | undefined,
  ): WriteResult | undefined {
    const isHeld = write.ifNew === true && this.#isHeld({ scope, content: contentOf(write) });
    return refusal(write, present, isHeld === true);
  }

  /** Whether everything is known that is needed to judge a change and, if this process made it, to answer it. */
  isKnownFor(change: Change, isOwn: boolean): boolean {
    if (asksNothing(change)) return true;
    // The caller of a clear is told how many entries there were.
    if (isClearing(change)) return !isOwn;
    for (const { scope, key } of questionsOf(change, isOwn)) {
      if (this.entry(scope, key) === "unknown") return false;
    }
    for (const question of contentsAskedBy(change)) {
      if (!this.#isKnown(change, question)) return false;
    }
    return true;
  }

  /** Looks up in the table what these changes depend on, for a limited number of them at a time. */
  async learnFor(changes: readonly WaitingChange[]): Promise<void> {
    await this.#base.learn(this.#openPlaces(changes));
    await this.#stored.learn(this.#openContents(changes));
  }

  /** Call this when no change waits. */
  trim(): void {
    this.#stored.trim();
  }

  #isKnown(change: Change, question: ContentQuestion): boolean {
    return isContentKnown(this.#overlay, this.#stored, change, question);
  }

  #isHeld(question: ContentQuestion): boolean | "unknown" {
    return isContentHeld(this.#overlay, this.#stored, question);
  }

  #openPlaces(changes: readonly WaitingChange[]): string[] {
    const ids = new Set<string>();
    for (const { change, isOwn } of changes) {
      for (const { scope, key } of questionsOf(change, isOwn)) {
        if (this.entry(scope, key) === "unknown") ids.add(rowId(scope, key));
      }
      if (ids.size >= LEARNED_AT_ONCE) break;
    }
    return [...ids];
  }

  #openContents(changes: readonly WaitingChange[]): ContentQuestion[] {
    const open: ContentQuestion[] = [];
    for (const { change } of changes) {
      for (const question of contentsAskedBy(change)) {
        if (!this.#isKnown(change, question)) open.push(question);
      }
      if (open.length >= LEARNED_AT_ONCE) break;
    }
    return open;
  }
}
