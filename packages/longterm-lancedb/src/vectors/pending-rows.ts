import { embeddedTexts } from "@mem/search";
import type { Base } from "../table/base.ts";
import { setVectors } from "../log/changed-entry.ts";
import { soundVectors } from "./row-vectors.ts";
import type { MadeVectors } from "./made-vectors.ts";
import type { Overlay } from "../log/overlay.ts";
import { readRows } from "../table/row-queries.ts";
import { textIn } from "../table/packed-row.ts";
import { PACKED_COLUMNS, type EntryRow, type PackedRow, type Row } from "../table/row.ts";
import { all, idIn, VECTOR_PENDING } from "../table/sql.ts";

const ROWS_AT_ONCE = 256;
/** Maximum number of parts in a request: one long text has at most as many. */
const PARTS_AT_ONCE = 256;
const CHARACTERS_AT_ONCE = 500_000;
/** If there are more, they are not remembered but looked for in the table. */
const REMEMBERED = 10_000;

/** An entry whose text is to be embedded. */
export interface PendingRow extends Pick<Row, "id" | "version"> {
  /** The texts to embed for it: see `embeddedTexts`. */
  readonly parts: readonly string[];
}

type UnembeddedRow = Pick<EntryRow, "id" | "text" | "version">;

/**
 * The entries that have text and no vector. In the end, the table has them all; those that this process wrote are
 * remembered, so that the table is not searched for each of them.
 */
export class PendingRows {
  readonly #base: Pick<Base, "use">;
  readonly #overlay: Overlay;
  readonly #made: MadeVectors;
  readonly #isOwn: () => boolean;
  readonly #remembered = new Set<string>();
  readonly #refused = new Set<string>();
  /** Whether there may be some in the table that are not remembered. */
  #unremembered = true;
  /** Those among them that were saved later than this are left to other processes. */
  #savedUntil = Infinity;

  /** `isOwn`: whether the table's vectors were made by the embedder that is to embed these rows. */
  constructor(base: Pick<Base, "use">, overlay: Overlay, made: MadeVectors, isOwn: () => boolean) {
    this.#base = base;
    this.#overlay = overlay;
    this.#made = made;
    this.#isOwn = isOwn;
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
    this.#savedUntil = Infinity;
    this.#unremembered = true;
  }

  /** Sets aside entries whose text the embedder refuses. */
  refuse(ids: readonly string[]): void {
    for (const id of ids) {
      this.#refused.add(id);
      this.#remembered.delete(id);
    }
  }

  /** Acts as if there were none, because this process makes no more vectors. */
  forget(): void {
    this.#remembered.clear();
    this.#unremembered = false;
  }

  /** Makes `next` look for what other processes left, and for refused entries, too. */
  lookAgain(): void {
    this.#refused.clear();
    this.#savedUntil = Infinity;
    this.#unremembered = true;
  }

  /** Makes `next` look for what was saved up to this time, in milliseconds since 1970, and has no vector yet. */
  lookForLeft(savedUntil: number): void {
    // A search for all of them that has not finished yet must not be narrowed.
    if (!this.#unremembered) this.#savedUntil = savedUntil;
    this.#unremembered = true;
  }

  /** As many rows as make a request of a reasonable size; empty if there are none. */
  async next(): Promise<PendingRow[]> {
    while (this.#remembered.size > 0 || this.#unremembered) {
      const ids = [...this.#remembered].slice(0, ROWS_AT_ONCE);
      const rows = await (ids.length > 0 ? this.#takeRemembered(ids) : this.#lookForSome());
      if (rows.length > 0) return this.#fitting(rows);
    }
    return [];
  }

  // Both forget before they read: what is added during a read is not seen by it, and must not be forgotten.

  async #takeRemembered(ids: readonly string[]): Promise<UnembeddedRow[]> {
    for (const id of ids) this.#remembered.delete(id);
    const others = ids.filter((id) => this.#overlay.findId(id) === undefined);
    try {
      await this.#keepVectors(ids);
      const inTable = others.length === 0 ? [] : await this.#inTable(idIn(others));
      return [...this.#inOverlay(ids), ...inTable];
    } catch (error) {
      this.add(ids);
      throw error;
    }
  }

  async #lookForSome(): Promise<UnembeddedRow[]> {
    this.#unremembered = false;
    let rows: UnembeddedRow[] | undefined;
    try {
      rows = await this.#inTable(this.#notSettled());
    } finally {
      // The read failed, or there may be more than these.
      if (rows === undefined || rows.length > 0) this.#unremembered = true;
    }
    const changed: string[] = [];
    for (const [id, { entry }] of this.#overlay.inTenant().entries) {
      if (entry !== undefined && entry.updatedAt <= this.#savedUntil) changed.push(id);
    }
    await this.#keepVectors(changed);
    const unflushed = this.#inOverlay(changed);
    return [...unflushed.filter(({ id }) => !this.#refused.has(id)), ...rows];
  }

  /** An entry that replaces one with the same text keeps its vectors. */
  async #keepVectors(ids: readonly string[]): Promise<void> {
    const open = this.#inOverlay(ids).flatMap(({ id }) =>
      this.#overlay.findId(id)?.stored === null ? [] : [id],
    );
    await this.#base.use(async (table) => {
      if (!this.#isOwn()) return;
      const rows = await readRows(table, open);
      // The store may have changed to another embedder meanwhile.
      if (!this.#isOwn()) return;
      for (const row of rows) {
        // Looked up anew: the entry may have been saved again.
        const entry = this.#overlay.findId(row.id)?.entry;
        if (entry === undefined || entry.vector !== undefined) continue;
        const kept = entry.write.text === textIn(row.entry) ? soundVectors(row) : undefined;
        if (kept !== undefined) setVectors(entry, kept);
      }
    });
  }

  /** Those of these ids that the table does not have yet. */
  #inOverlay(ids: readonly string[]): UnembeddedRow[] {
    return ids.flatMap((id) => {
      const entry = this.#overlay.findId(id)?.entry;
      if (entry === undefined || entry.vector !== undefined) return [];
      const { text } = entry.write;
      return text.trim() === "" ? [] : [{ id, text, version: entry.version }];
    });
  }

  async #inTable(condition: string | undefined): Promise<UnembeddedRow[]> {
    const rows: (PackedRow & Pick<Row, "version">)[] = await this.#base.use((table) =>
      table
        .query()
        .where(all(VECTOR_PENDING, condition))
        .select([...PACKED_COLUMNS, "version"])
        .limit(ROWS_AT_ONCE)
        .toArray(),
    );
    return rows.flatMap(({ id, version, entry }) => {
      const isSettled = this.#made.has(id, version) || this.#overlay.findId(id) !== undefined;
      return isSettled ? [] : [{ id, version, text: textIn(entry) }];
    });
  }

  /** SQL for the rows to look for: saved early enough, not refused, and not on their way into the table. */
  #notSettled(): string | undefined {
    const ids = [...this.#refused, ...this.#made.all().keys()];
    const others = ids.length === 0 ? undefined : `NOT ${idIn(ids)}`;
    const isLeft = Number.isFinite(this.#savedUntil);
    return all(isLeft ? `updated_at <= ${this.#savedUntil}` : undefined, others) || undefined;
  }

  #fitting(rows: readonly UnembeddedRow[]): PendingRow[] {
    const fitting: PendingRow[] = [];
    let count = 0;
    let characters = 0;
    for (const { id, text, version } of rows) {
      const parts = embeddedTexts(text);
      count += parts.length;
      for (const part of parts) characters += part.length;
      const isFull = count > PARTS_AT_ONCE || characters > CHARACTERS_AT_ONCE;
      if (fitting.length > 0 && isFull) this.#remembered.add(id);
      else fitting.push({ id, version, parts });
    }
    return fitting;
  }
}
