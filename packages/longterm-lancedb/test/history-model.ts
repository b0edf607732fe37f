import type { LongTermEntry, LongTermWrite, Revision, Scope } from "@mem/core";
import { encodeScope } from "@mem/core";

/** The place of an entry in the model. */
type Id = string;

interface State {
  readonly at: number;
  /** Absent if the entry was deleted. */
  readonly entry?: Pick<LongTermEntry, "value" | "text" | "createdAt" | "updatedAt">;
}

/** The history of entries in the plainest form: every state of each, in order. */
export class HistoryModel {
  readonly #states = new Map<Id, State[]>();

  save(scope: Scope, { key, value, text }: LongTermWrite, at: number): void {
    const createdAt = this.#last(scope, key)?.entry?.createdAt ?? at;
    this.#add(scope, key, { at, entry: { value, text, createdAt, updatedAt: at } });
  }

  delete(scope: Scope, key: string, at: number): void {
    if (this.#last(scope, key)?.entry !== undefined) this.#add(scope, key, { at });
  }

  clear(scope: Scope, keys: readonly string[], at: number): void {
    for (const key of keys) this.delete(scope, key, at);
  }

  /** Newest first. */
  history(scope: Scope, key: string): State[] {
    return this.#of(scope, key).toReversed();
  }

  asOf(scope: Scope, key: string, time: number): State["entry"] {
    return this.#of(scope, key).findLast(({ at }) => at <= time)?.entry;
  }

  #of(scope: Scope, key: string): State[] {
    return this.#states.get(`${encodeScope(scope)}:${key}`) ?? [];
  }

  #last(scope: Scope, key: string): State | undefined {
    return this.#of(scope, key).at(-1);
  }

  #add(scope: Scope, key: string, state: State): void {
    this.#states.set(`${encodeScope(scope)}:${key}`, [...this.#of(scope, key), state]);
  }
}

/** A revision in the form of the model. */
export function plainly({ at, entry }: Revision): State {
  return { at, ...(entry && { entry: entryPlainly(entry) }) };
}

export function entryPlainly({
  value,
  text,
  createdAt,
  updatedAt,
}: LongTermEntry): NonNullable<State["entry"]> {
  return { value, text, createdAt, updatedAt };
}
