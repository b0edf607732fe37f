import { setImmediate } from "node:timers/promises";
import type { Table } from "@lancedb/lancedb";
import { documentLength, type Analyzer } from "@mem/search";
import type { Slice } from "../log/overlay.ts";
import { RememberedAnswers } from "../reading/remembered-answers.ts";
import type { View } from "../reading/view.ts";

/** So many texts take some milliseconds. */
const ANALYZED_AT_ONCE = 256;

/** What BM25 has to know of a scope, but for how many of its entries have a term. */
export interface ScopeTotals {
  readonly documents: number;
  readonly totalLength: number;
}

/** Totals of what a search sees. */
export interface VisibleTotals extends ScopeTotals {
  /** How many rows the table has there, those that count no more among them. */
  readonly rows: number;
  /** How many of them count no more. */
  readonly hidden: number;
}

/** Counts the entries of a scope and their terms; those of the table once for each of its versions. */
export class ScopeStatistics {
  readonly #rows = new RememberedAnswers(totalsOf);
  readonly #analyzer: Analyzer;

  constructor(analyzer: Analyzer) {
    this.#analyzer = analyzer;
  }

  /** The texts of the slice have their terms afterwards. */
  async of(view: View, condition: string, slice: Slice): Promise<VisibleTotals> {
    const table = await this.#rows.of(view.table, condition);
    const rows = table.documents;
    let { documents, totalLength } = table;
    let hidden = 0;
    const { entries } = slice;
    if (rows > 0) await view.learn(Array.from(entries.values(), ({ changed }) => changed));
    await analyzeUnflushed(slice, this.#analyzer);
    for (const { changed, entry } of entries.values()) {
      if (rows > 0 && changed.stored) {
        hidden++;
        documents--;
        totalLength -= changed.stored.length;
      }
      if (entry === undefined) continue;
      documents++;
      totalLength += documentLength(entry.terms ?? []);
    }
    return { documents, totalLength, rows, hidden };
  }
}

/** Analyses each unflushed text once. After many saves these are many: other work has its turn in between. */
async function analyzeUnflushed({ entries }: Slice, analyzer: Analyzer): Promise<void> {
  let analyzed = 0;
  for (const { entry } of entries.values()) {
    if (entry === undefined || entry.terms !== undefined) continue;
    entry.terms = analyzer.analyze(entry.write.text);
    if (++analyzed % ANALYZED_AT_ONCE === 0) await setImmediate();
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
