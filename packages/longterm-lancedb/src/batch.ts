import type { Table } from "@lancedb/lancedb";
import type { Database } from "./database.ts";
import { readRows } from "./row-queries.ts";
import type { Row } from "./row.ts";
import { all, idIn } from "./sql.ts";

/** What a change sees and alters while it is judged: the rows as they are at its place in the order of changes. */
export interface View {
  readonly get: (id: string) => Row | undefined;
  readonly put: (row: Row) => void;
  readonly remove: (id: string) => void;
}

/** Saves or deletes rows by id. */
export interface KeyedChange<T = unknown> {
  readonly kind: "keyed";
  readonly ids: readonly string[];
  /** Roughly, in characters. */
  readonly size: number;
  /** Judges its conditions and alters the view; the result is the answer to the caller. */
  apply(view: View): T;
}

/** Deletes every row that meets a condition; answers how many there were. */
export interface Clearing {
  readonly kind: "clearing";
  readonly condition: string;
  /** The same condition in JavaScript, for rows that the batch has touched. */
  matches(row: Row): boolean;
}

export type Change = KeyedChange | Clearing;

/**
 * Changes that are made in one commit. Each is judged at its place: against the table as it was before the batch and
 * what the changes before it did. The table is read once, and written once.
 */
export class Batch {
  readonly #changes: readonly Change[];
  /** The rows that keyed changes name, as they were; `undefined` where there was none. */
  readonly #before = new Map<string, Row | undefined>();
  readonly #now = new Map<string, Row | undefined>();
  /** How many other rows each clearing removes. */
  readonly #unnamed = new Map<Clearing, number>();

  constructor(changes: readonly Change[]) {
    this.#changes = changes;
  }

  /** The ids of what was written and has no vector yet. */
  readonly pending: string[] = [];

  /** Judges every change and commits what they come to; the answers in the order of the changes. */
  async commit(database: Database, table: Table): Promise<unknown[]> {
    await this.#load(database);
    const answers = this.#changes.map((change) => this.#judge(change));
    await this.#write(table);
    return answers;
  }

  async #load(database: Database): Promise<void> {
    for (const change of this.#changes) {
      if (change.kind === "keyed") for (const id of change.ids) this.#before.set(id, undefined);
    }
    const ids = [...this.#before.keys()];
    const rows = await database.read((table) => readRows(table, ids));
    for (const row of rows) this.#before.set(row.id, row);
    for (const [id, row] of this.#before) this.#now.set(id, row);
    const named = ids.length === 0 ? undefined : `NOT ${idIn(ids)}`;
    const cleared: string[] = [];
    for (const change of this.#changes) {
      if (change.kind !== "clearing") continue;
      const condition = all(change.condition, named, ...cleared);
      this.#unnamed.set(change, await database.read((table) => table.countRows(condition)));
      cleared.push(`NOT (${change.condition})`);
    }
  }

  #judge(change: Change): unknown {
    if (change.kind === "keyed") {
      return change.apply({
        get: (id) => this.#now.get(id),
        put: (row) => void this.#now.set(row.id, row),
        remove: (id) => void this.#now.set(id, undefined),
      });
    }
    let removed = this.#unnamed.get(change) ?? 0;
    for (const [id, row] of this.#now) {
      if (row === undefined || !change.matches(row)) continue;
      this.#now.set(id, undefined);
      removed++;
    }
    return removed;
  }

  async #write(table: Table): Promise<void> {
    const puts: Row[] = [];
    const removed: string[] = [];
    let replaces = false;
    for (const [id, row] of this.#now) {
      const before = this.#before.get(id);
      if (row === before) continue;
      if (row === undefined) removed.push(id);
      else puts.push(row);
      if (row?.vector_hash === null) this.pending.push(id);
      replaces ||= row !== undefined && before !== undefined;
    }
    const gone = this.#clearedConditions();
    if (removed.length > 0) gone.push(idIn(removed));
    if (gone.length > 0) await table.delete(gone.join(" OR "));
    if (puts.length === 0) return;
    const rows = puts.map((row) => ({ ...row }));
    // Nobody else writes now, so that new ids are new: appending them is far cheaper than looking for them again.
    if (!replaces) await table.add(rows);
    else {
      await table.mergeInsert("id").whenMatchedUpdateAll().whenNotMatchedInsertAll().execute(rows);
    }
  }

  /** The rows that clearings remove and no keyed change names. */
  #clearedConditions(): string[] {
    const named = [...this.#before.keys()];
    return [...this.#unnamed].flatMap(([{ condition }, count]) =>
      count > 0 ? [`(${all(condition, named.length > 0 ? `NOT ${idIn(named)}` : undefined)})`] : [],
    );
  }
}
