import type { MergeResult, Table } from "@lancedb/lancedb";
import type { Arrow } from "../table/native-module.ts";
import type { ObjectDatabase } from "./object-database.ts";
import { rowTable } from "../table/row-table.ts";
import { readStored } from "../table/row-queries.ts";
import type { Row } from "../table/row.ts";
import { all, idIn, quote } from "../table/sql.ts";

/** LanceDB begins a commit that others overtook anew for so long. */
const COMMIT_MS = 30_000;

/** A row that takes the place of another. */
export interface Replacement {
  readonly row: Row;
  /** Of the row that is there; each is of one row alone and never used again, so that a list names them safely. */
  readonly replaced: string;
}

/** A row that is to go. */
export interface Deletion {
  readonly id: string;
  readonly version: string;
}

/**
 * Commits to a table that any machine writes, without a lock: each row on the condition that its place still is as it
 * was read. LanceDB judges that, and judges it again where another commit was faster: with `useIndex(false)` alone,
 * because with an index it misses what was inserted meanwhile.
 *
 * Each resolves with the ids of those whose condition was not met: nothing was done about them.
 */
export class ObjectCommits {
  readonly #database: ObjectDatabase;

  constructor(database: ObjectDatabase) {
    this.#database = database;
  }

  /** Adds rows where there are none. */
  async insert(rows: readonly Row[], dimensions: number | undefined): Promise<Set<string>> {
    const table = await this.#database.table("write");
    const { numInsertedRows, version } = await table
      .mergeInsert("id")
      .whenNotMatchedInsertAll()
      .useIndex(false)
      .execute(rowTable(this.#arrow, rows, dimensions), { timeoutMs: COMMIT_MS });
    return numInsertedRows === rows.length ? new Set() : this.#notAmong(rows, version);
  }

  /** Replaces rows. `condition`: what else has to hold for the rows that are there. */
  async replace(
    replacements: readonly Replacement[],
    dimensions: number | undefined,
    condition?: string,
  ): Promise<Set<string>> {
    const rows = replacements.map(({ row }) => row);
    const versions = replacements.map(({ replaced }) => replaced);
    const where = all(versionIn("target.version", versions), condition);
    const { numUpdatedRows, version }: MergeResult = await (
      await this.#database.table("write")
    )
      .mergeInsert("id")
      .whenMatchedUpdateAll({ where })
      .useIndex(false)
      .execute(rowTable(this.#arrow, rows, dimensions), { timeoutMs: COMMIT_MS });
    return numUpdatedRows === rows.length ? new Set() : this.#notAmong(rows, version);
  }

  async delete(deletions: readonly Deletion[]): Promise<Set<string>> {
    const ids = deletions.map(({ id }) => id);
    const versions = deletions.map(({ version }) => version);
    const table = await this.#database.table("write");
    const condition = all(idIn(ids), versionIn("version", versions));
    const { numDeletedRows, version } = await table.delete(condition);
    if (numDeletedRows === ids.length) return new Set();
    // What was there just before this commit, and is what was to go, went by it.
    return this.#notAmong(deletions, version - 1);
  }

  /** Those that a version of the table does not have. Who was faster may have been overtaken by now: only it can tell. */
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

  get #arrow(): Arrow {
    return this.#database.modules.arrow;
  }
}

function versionIn(column: "version" | "target.version", versions: readonly string[]): string {
  return `${column} IN (${versions.map(quote).join(", ")})`;
}
