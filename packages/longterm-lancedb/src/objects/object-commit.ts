import type { MergeResult, Table } from "@lancedb/lancedb";
import type { Table as ArrowTable } from "apache-arrow";
import type { ObjectDatabase } from "./object-database.ts";
import type { VectorColumns } from "./object-vector-columns.ts";
import { arrowTable } from "../table/row-table.ts";
import { readStored } from "../table/row-queries.ts";
import type { Row } from "../table/row.ts";
import { all, idIn, quote } from "../table/sql.ts";
import { tableSchema } from "../table/table-schema.ts";

/** How long LanceDB retries a commit that others overtook. */
const COMMIT_MS = 30_000;

/** A row that takes the place of another. */
export interface Replacement {
  readonly row: Row;
  /**
   * The version of the present row. Each belongs to one row and is never used again, so a list of versions names rows
   * safely.
   */
  readonly replaced: string;
}

/** The result of a commit. */
export interface Committed {
  /** The version of the table that it made. */
  readonly version: number;
  /** The ids of the rows whose condition was not met: nothing was done about them. */
  readonly lost: ReadonlySet<string>;
}

/** A row to be deleted. */
export interface Deletion {
  readonly id: string;
  readonly version: string;
}

/**
 * Commits to a table that any machine writes, without a lock: each row on the condition that its place still is as it
 * was read. LanceDB checks that, and checks it again if another commit was faster, but only with `useIndex(false)`:
 * with an index, it misses what was inserted meanwhile.
 */
export class ObjectCommits {
  readonly #database: ObjectDatabase;

  constructor(database: ObjectDatabase) {
    this.#database = database;
  }

  /** Inserts rows whose ids are not in the table. */
  async insert(rows: readonly Row[], columns: VectorColumns | undefined): Promise<Committed> {
    const table = await this.#database.table("write");
    const { numInsertedRows, version } = await table
      .mergeInsert("id")
      .whenNotMatchedInsertAll()
      .useIndex(false)
      .execute(this.#rowTable(rows, columns), { timeoutMs: COMMIT_MS });
    const isWhole = numInsertedRows === rows.length;
    return { version, lost: isWhole ? new Set() : await this.#notAmong(rows, version) };
  }

  /** Replaces rows. `condition`: what else has to hold for the rows that are there. */
  async replace(
    replacements: readonly Replacement[],
    columns: VectorColumns | undefined,
    condition?: string,
  ): Promise<Committed> {
    const rows = replacements.map(({ row }) => row);
    const versions = replacements.map(({ replaced }) => replaced);
    const where = all(versionIn("target.version", versions), condition);
    const { numUpdatedRows, version }: MergeResult = await (
      await this.#database.table("write")
    )
      .mergeInsert("id")
      .whenMatchedUpdateAll({ where })
      .useIndex(false)
      .execute(this.#rowTable(rows, columns), { timeoutMs: COMMIT_MS });
    const isWhole = numUpdatedRows === rows.length;
    return { version, lost: isWhole ? new Set() : await this.#notAmong(rows, version) };
  }

  async delete(deletions: readonly Deletion[]): Promise<Committed> {
    const ids = deletions.map(({ id }) => id);
    const versions = deletions.map(({ version }) => version);
    const table = await this.#database.table("write");
    const condition = all(idIn(ids), versionIn("version", versions));
    const { numDeletedRows, version } = await table.delete(condition);
    if (numDeletedRows === ids.length) return { version, lost: new Set() };
    // A row that was in the table just before this commit, in the version to be deleted, was deleted by it.
    return { version, lost: await this.#notAmong(deletions, version - 1) };
  }

  /**
   * The ids of the rows that a version of the table does not have. Only the version that the commit made can tell:
   * whoever was faster may have been overtaken by now.
   */
  async #notAmong(
    rows: readonly Pick<Row, "id" | "version">[],
    version: number,
  ): Promise<Set<string>> {
    const table: Table = await this.#database.openVersion(version);
    try {
      const facts = await readStored(
        table,
        rows.map(({ id }) => id),
      );
      const lost = rows.filter((row) => facts.get(row.id)?.version !== row.version);
      return new Set(lost.map(({ id }) => id));
    } finally {
      table.close();
    }
  }

  #rowTable(rows: readonly Row[], columns: VectorColumns | undefined): ArrowTable {
    const { arrow } = this.#database.modules;
    const { fields } = tableSchema(arrow, columns?.dimensions);
    const fence = columns && [new arrow.Field(columns.fence, new arrow.Utf8(), true)];
    return arrowTable(arrow, new arrow.Schema([...fields, ...(fence ?? [])]), rows);
  }
}

function versionIn(column: "version" | "target.version", versions: readonly string[]): string {
  return `${column} IN (${versions.map(quote).join(", ")})`;
}
