import type { Base } from "./base.ts";
import type { MadeVectors } from "./made-vectors.ts";
import type { Overlay } from "./overlay.ts";
import type { Row } from "./row.ts";
import { all, idIn, VECTOR_PENDING } from "./sql.ts";

const ROWS_AT_ONCE = 256;
const CHARACTERS_AT_ONCE = 500_000;
/** More than these are not remembered, but looked for in the table. */
const REMEMBERED = 10_000;

export type PendingRow = Pick<Row, "id" | "text" | "version">;

/**
 * The entries that have text and no vector. In the end the table knows them all; those that this process wrote are
 * remembered, so that it is not searched for each of them.
 */
export class PendingRows {
  readonly #base: Base;
  readonly #overlay: Overlay;
  readonly #made: MadeVectors;
  readonly #remembered = new Set<string>();
  readonly #refused = new Set<string>();
  /** Whether there may be some in the table that are not remembered. */
  #unremembered = true;

  constructor(base: Base, overlay: Overlay, made: MadeVectors) {
    this.#base = base;
    this.#overlay = overlay;
    this.#made = made;
  }

  /** Whether there may be some. */
  get areExpected(): boolean {
    return this.#remembered.size > 0 || this.#unremembered;
  }

  get areRefused(): boolean {
    return this.#refused.size > 0;
  }

  add(ids: Iterable<string>): void {
    for (const id of ids) {
      this.#remembered.add(id);
      this.#refused.delete(id);
    }
    if (this.#remembered.size <= REMEMBERED) return;
    this.#remembered.clear();
    this.#unremembered = true;
  }

  /** Sets entries aside whose text the embedder does not take. */
  refuse(ids: readonly string[]): void {
    for (const id of ids) {
      this.#refused.add(id);
      this.#remembered.delete(id);
    }
  }

  /** Looks for what other processes left, and for what was refused, too. */
  lookAgain(): void {
    this.#refused.clear();
    this.#unremembered = true;
  }

  /** As many as make a request of a reasonable size; none when there are none. */
  async next(): Promise<PendingRow[]> {
    while (this.#remembered.size > 0 || this.#unremembered) {
      const ids = [...this.#remembered].slice(0, ROWS_AT_ONCE);
      const rows = await (ids.length > 0 ? this.#takeRemembered(ids) : this.#lookForSome());
      if (rows.length > 0) return this.#fitting(rows);
    }
    return [];
  }

  // Both forget before they read: what is added while they do is not seen by them, and must not be forgotten.

  async #takeRemembered(ids: readonly string[]): Promise<PendingRow[]> {
    for (const id of ids) this.#remembered.delete(id);
    const unflushed = this.#inOverlay(ids);
    const others = ids.filter((id) => this.#overlay.findId(id) === undefined);
    if (others.length === 0) return unflushed;
    try {
      return [...unflushed, ...(await this.#inTable(idIn(others)))];
    } catch (error) {
      this.add(ids);
      throw error;
    }
  }

  async #lookForSome(): Promise<PendingRow[]> {
    this.#unremembered = false;
    let rows: PendingRow[] | undefined;
    try {
      rows = await this.#inTable(this.#notSettled());
    } finally {
      // It failed, or there are more than these.
      if (rows === undefined || rows.length > 0) this.#unremembered = true;
    }
    const unflushed = this.#inOverlay([...this.#overlay.inTenant().entries.keys()]);
    return [...unflushed.filter(({ id }) => !this.#refused.has(id)), ...rows];
  }

  /** Those that the table does not have yet. */
  #inOverlay(ids: readonly string[]): PendingRow[] {
    return ids.flatMap((id) => {
      const entry = this.#overlay.findId(id)?.entry;
      if (entry === undefined || entry.vector !== undefined) return [];
      const { text } = entry.write;
      return text.trim() === "" ? [] : [{ id, text, version: entry.version }];
    });
  }

  async #inTable(condition: string | undefined): Promise<PendingRow[]> {
    const rows: PendingRow[] = await this.#base.use((table) =>
      table
        .query()
        .where(all(VECTOR_PENDING, condition))
        .select(["id", "text", "version"])
        .limit(ROWS_AT_ONCE)
        .toArray(),
    );
    return rows.filter(
      ({ id, version }) => !this.#made.has(id, version) && this.#overlay.findId(id) === undefined,
    );
  }

  /** Neither refused, nor on their way into the table. */
  #notSettled(): string | undefined {
    const ids = [...this.#refused, ...this.#made.all().keys()];
    return ids.length === 0 ? undefined : `NOT ${idIn(ids)}`;
  }

  #fitting(rows: readonly PendingRow[]): PendingRow[] {
    const fitting: PendingRow[] = [];
    let characters = 0;
    for (const row of rows) {
      characters += row.text.length;
      const isFull = fitting.length >= ROWS_AT_ONCE || characters > CHARACTERS_AT_ONCE;
      if (fitting.length > 0 && isFull) this.#remembered.add(row.id);
      else fitting.push(row);
    }
    return fitting;
  }
}
