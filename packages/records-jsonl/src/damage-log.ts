import type { JsonObject } from "@mem/core";

export interface Damage {
  /** The file, relative to the store's folder. */
  readonly file: string;
  /** Where the line begins, in bytes; absent when it is about the whole file. */
  readonly offset?: number;
  readonly problem: string;
}

const MAX_NOTES = 100;
const MAX_MESSAGES = 10;

/** What was skipped while reading, each place once, and no more of it than a person would read. */
export class DamageLog {
  readonly #notes = new Map<string, Damage>();
  #more = false;

  note(damage: Damage): void {
    const place = `${damage.offset ?? ""}:${damage.file}`;
    if (this.#notes.size < MAX_NOTES) this.#notes.set(place, damage);
    else if (!this.#notes.has(place)) this.#more = true;
  }

  messages(): string[] {
    const all = [...this.#notes.values()].map(describe);
    const hidden = all.length - MAX_MESSAGES;
    if (hidden <= 0) return all;
    const more = `${this.#more ? "at least " : ""}${hidden} more damaged places, see details`;
    return [...all.slice(0, MAX_MESSAGES), more];
  }

  details(): JsonObject[] {
    return [...this.#notes.values()].map((damage) => ({ ...damage }));
  }
}

function describe({ file, offset, problem }: Damage): string {
  const place = offset === undefined ? file : `${file} at byte ${offset}`;
  return `${place} was skipped: ${problem}`;
}
