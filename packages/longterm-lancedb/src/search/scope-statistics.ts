import { setImmediate } from "node:timers/promises";
import type { Table } from "@lancedb/lancedb";
import { documentLength, type Analyzer } from "@mem/search";
import type { Slice } from "../log/overlay.ts";
import { RememberedAnswers } from "../reading/remembered-answers.ts";
import type { View } from "../reading/view.ts";

/** Analyzing this many texts takes a few milliseconds; looking at analyzed ones is many times as fast. */
const ANALYZED_AT_ONCE = 64;
const LOOK = 1 / 16;

/** What BM25 needs to know about a scope, except for the document frequencies. */
export interface ScopeTotals {
  readonly documents: number;
  readonly totalLength: number;
}

/** Totals of what a search sees. */
export interface VisibleTotals extends ScopeTotals {
  /** How many rows the table has there, including rows that no longer count. */
  readonly rows: number;
  /** How many of these rows no longer count. */
  readonly hidden: number;
}

/** Counts the entries of a scope and their terms; those in the table once per version. */
export class ScopeStatistics {
  readonly #rows = new RememberedAnswers(totalsOf);
  readonly #analyzer: Analyzer;

  constructor(analyzer: Analyzer) {
    this.#analyzer = analyzer;
  }

  /** Also analyzes the texts of the slice: afterwards, its entries have their terms. */
  async of(view: View, condition: string, slice: Slice): Promise<VisibleTotals> {
    const table = await this.#rows.of(view.table, condition);
    const rows = table.documents;
    let { documents, totalLength } = table;
    let hidden = 0;
    const { entries } = slice;
    if (rows > 0) await view.learn(Array.from(entries.values(), ({ changed }) => changed));
    let work = 0;
    for (const { changed, entry } of entries.values()) {
      if (rows > 0 && changed.stored) {
        hidden++;
        documents--;
        totalLength -= changed.stored.length;
      }
      if (entry === undefined) continue;
      work += entry.terms === undefined ? 1 : LOOK;
      entry.terms ??= this.#analyzer.analyze(entry.write.text);
      documents++;
      totalLength += documentLength(entry.terms);
      // After many saves, these are many: other work has its turn in between.
      if (work < ANALYZED_AT_ONCE) continue;
      work = 0;
      await setImmediate();
    }
    return { documents, totalLength, rows, hidden };
  }
}

async function totalsOf(table: Table, condition: string): Promise<ScopeTotals> {
  const lengths = await table.query().where(condition).select(["length"]).toArrow();
  let totalLength = 0;
  for (const { values } of lengths.getChild("length")?.data ?? []) {
    for (const length of values as Int32Array) totalLength += length;
  }
  return { documents: lengths.numRows, totalLength };
}
