import type { Table } from "@lancedb/lancedb";

/** What BM25 has to know of a scope, but for how many of its entries have a term. */
export interface ScopeTotals {
  readonly documents: number;
  readonly totalLength: number;
}

const REMEMBERED_SCOPES = 256;

/** Counts the entries of a scope and their terms, once for each version of the table. */
export class ScopeStatistics {
  readonly #remembered = new Map<string, ScopeTotals>();
  #version = -1;

  async of(table: Table, scope: string): Promise<ScopeTotals> {
    const version = await table.version();
    if (version !== this.#version) {
      this.#remembered.clear();
      this.#version = version;
    }
    const known = this.#remembered.get(scope);
    if (known !== undefined) return known;
    const totals = await count(table, scope);
    // Another search may have moved on meanwhile, and these are of the version before.
    if (version !== this.#version) return totals;
    if (this.#remembered.size >= REMEMBERED_SCOPES) this.#remembered.clear();
    this.#remembered.set(scope, totals);
    return totals;
  }
}

async function count(table: Table, scope: string): Promise<ScopeTotals> {
  const documents = await table.countRows(scope);
  const lengths = await table.query().where(scope).select(["length"]).toArrow();
  let totalLength = 0;
  for (const { values } of lengths.getChild("length")?.data ?? []) {
    for (const length of values as Int32Array) totalLength += length;
  }
  return { documents, totalLength };
}
