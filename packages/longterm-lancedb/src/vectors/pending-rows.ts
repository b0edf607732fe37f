import type { Base } from "../table/base.ts";
import { setVectors } from "../log/changed-entry.ts";
import { soundVectors } from "./row-vectors.ts";
import type { MadeVectors } from "./made-vectors.ts";
import type { Overlay } from "../log/overlay.ts";
import { readRows } from "../table/row-queries.ts";
import type { Row } from "../table/row.ts";
import { all, idIn, VECTOR_PENDING } from "../table/sql.ts";
import { partsOf } from "./text-vectors.ts";

const ROWS_AT_ONCE = 256;
/** Of a request: one long text has as many at most. */
const PARTS_AT_ONCE = 256;
const CHARACTERS_AT_ONCE = 500_000;
/** More than these are not remembered, but looked for in the table. */
const REMEMBERED = 10_000;

/** An entry whose text is to be embedded. */
export interface PendingRow extends Pick<Row, "id" | "version"> {
  /** What is to be embedded of it: see `partsOf`. */
  readonly parts: readonly string[];
}

type UnembeddedRow = Pick<Row, "id" | "text" | "version">;

/**
 * The entries that have text and no vector. In the end the table knows them all; those that this process wrote are
 * remembered, so that it is not searched for each of them.
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
  /** Those among them that were saved later are no matter of this process. */
  #savedUntil = Infinity;

  /** `isOwn`: whether the table's vectors are of the embedder that these rows are to have one of. */
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

  /** Sets entries aside whose text the embedder does not take. */
  refuse(ids: readonly string[]): void {
    for (const id of ids) {
      this.#refused.add(id);
      this.#remembered.delete(id);
    }
  }

  /** As if there were none: nobody here makes any more. */
  forget(): void {
    this.#remembered.clear();
    this.#unremembered = false;
  }

  /** Looks for what other processes left, and for what was refused, too. */
  lookAgain(): void {
    this.#refused.clear();
    this.#savedUntil = Infinity;
    this.#unremembered = true;
  }

  /** Looks for what was saved up to this time, in milliseconds since 1970, and has no vector yet. */
  lookForLeft(savedUntil: number): void {
    // Who looks for all of them has not come to the end yet.
    if (!this.#unremembered) this.#savedUntil = savedUntil;
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
      // It failed, or there are more than these.
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

  /** An entry that replaces one of the same text needs no other vector. */
  async #keepVectors(ids: readonly string[]): Promise<void> {
    const open = this.#inOverlay(ids).flatMap(({ id }) =>
      this.#overlay.findId(id)?.stored === null ? [] : [id],
    );
    await this.#base.use(async (table) => {
      if (!this.#isOwn()) return;
      const rows = await readRows(table, open);
      // The store may have gone over to another embedder meanwhile.
      if (!this.#isOwn()) return;
      for (const row of rows) {
        // Not the one that was there before: it may have been saved again.
        const entry = this.#overlay.findId(row.id)?.entry;
        if (entry === undefined || entry.vector !== undefined) continue;
        const kept = entry.write.text === row.text ? soundVectors(row) : undefined;
        if (kept !== undefined) setVectors(entry, kept);
      }
    });
  }

  /** Those that the table does not have yet. */
  #inOverlay(ids: readonly string[]): UnembeddedRow[] {
    return ids.flatMap((id) => {
      const entry = this.#overlay.findId(id)?.entry;
      if (entry === undefined || entry.vector !== undefined) return [];
      const { text } = entry.write;
      return text.trim() === "" ? [] : [{ id, text, version: entry.version }];
    });
  }

  async #inTable(condition: string | undefined): Promise<UnembeddedRow[]> {
    const rows: UnembeddedRow[] = await this.#base.use((table) =>
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

  /** Of those that are looked for: neither refused, nor on their way into the table. */
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
      const parts = partsOf(text);
      count += parts.length;
      for (const part of parts) characters += part.length;
      const isFull = count > PARTS_AT_ONCE || characters > CHARACTERS_AT_ONCE;
      if (fitting.length > 0 && isFull) this.#remembered.add(id);
      else fitting.push({ id, version, parts });
    }
    return fitting;
  }
}
