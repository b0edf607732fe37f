import type { Table } from "@lancedb/lancedb";
import { isTermOf, splitTerms, type TermPrefix } from "@mem/search";
import { quote } from "../table/sql.ts";

/** How many of a prefix's terms, the most frequent ones, are searched for. */
export const MOST_TERMS = 256;

/** What the table has for a term or a prefix. */
export interface Expansion {
  /** How many rows have it. */
  readonly documents: number;
  /** The terms that a prefix stands for. */
  readonly terms: readonly string[];
}

/** Finds the terms that begin with a prefix. No index knows them, so the terms of every row are searched. */
export async function expandPrefix(
  table: Table,
  condition: string,
  prefix: TermPrefix,
): Promise<Expansion> {
  const counts = new Map<string, number>();
  let documents = 0;
  const rows = table
    .query()
    .where(`${condition} AND ${mayHave(prefix)}`)
    .select(["terms"]);
  for await (const batch of rows) {
    const column = batch.getChild("terms");
    for (let row = 0; row < batch.numRows; row++) {
      const own = new Set(splitTerms(column?.get(row) as string));
      let has = false;
      for (const term of own) {
        if (!isTermOf(prefix, term)) continue;
        has = true;
        counts.set(term, (counts.get(term) ?? 0) + 1);
      }
      if (has) documents++;
    }
  }
  const terms = [...counts].toSorted(([, a], [, b]) => b - a).slice(0, MOST_TERMS);
  return { documents, terms: terms.map(([term]) => term) };
}

/** SQL: the rows that may have a term of the prefix. */
function mayHave({ starts, stems }: TermPrefix): string {
  const parts = [...starts, ...stems].map((each) => `contains(terms, ${quote(each)})`);
  return parts.length === 0 ? "false" : `(${parts.join(" OR ")})`;
}
