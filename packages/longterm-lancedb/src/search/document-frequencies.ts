import type { Table } from "@lancedb/lancedb";
import { createTermCounter, splitTerms, termName, type QueryTerm } from "@mem/search";
import { LRUCache } from "lru-cache";
import type { ChangedEntry } from "../log/changed-entry.ts";
import type { Slice } from "../log/overlay.ts";
import { RememberedAnswers } from "../reading/remembered-answers.ts";
import type { LanceDb } from "../table/native-module.ts";
import { expandPrefix, MOST_TERMS, type Expansion } from "./prefix-expansion.ts";
import { toTheirEnd } from "../reading/settled.ts";
import { conditionsOn } from "../table/row-queries.ts";
import type { Searched } from "./searched.ts";

/** How many counts are remembered, for all scopes and tables together. */
const REMEMBERED = 100_000;

/** Most terms are in fewer rows, and a higher limit makes LanceDB slower, however few rows it finds. */
const FEW = 4_096;

/** What is known about the terms of a question. */
export interface CountedQuestion {
  readonly frequencies: readonly number[];
  /** The table's terms that prefixes stand for. */
  readonly expanded: readonly string[];
}

/**
 * Counts how many entries of a scope have a term, for scopes that are too large to read all of these entries. The
 * counts are exact: those of the table, without the rows that the overlay replaced, plus the overlay's entries.
 */
export class DocumentFrequencies {
  readonly #lancedb: LanceDb;
  /** Short names, each for a scope of a table at its version. */
  readonly #scopes = new RememberedAnswers(async () => String(this.#named++));
  #named = 0;
  /** How many rows of a scope have a term. */
  readonly #counted = new LRUCache<string, Promise<Expansion>>({ maxSize: REMEMBERED });
  /** The terms of rows that no longer count, as long as they are hidden. */
  readonly #hidden = new WeakMap<ChangedEntry, string>();

  constructor(lancedb: LanceDb) {
    this.#lancedb = lancedb;
  }

  async of(searched: Searched, terms: readonly QueryTerm[]): Promise<CountedQuestion> {
    const { table, condition, slice, unflushed } = searched;
    const scope = await this.#scopes.of(table, condition);
    const [hidden, ...counts] = await toTheirEnd(
      this.#hiddenTerms(table, slice),
      ...terms.map((term) => this.#count(searched, scope, term)),
    );
    const frequencies = counts.map(({ documents }) => documents);
    const count = createTermCounter(terms);
    const add = (own: readonly string[], by: 1 | -1): void => {
      for (const [at, having] of (count(own)?.frequencies ?? []).entries()) {
        if (having > 0) frequencies[at] = (frequencies[at] ?? 0) + by;
      }
    };
    for (const own of hidden) add(splitTerms(own), -1);
    for (const candidate of unflushed) add(candidate.terms ?? [], 1);
    return { frequencies, expanded: counts.flatMap((each) => each.terms) };
  }

  /** Each term is counted once. */
  #count(searched: Searched, scope: string, term: QueryTerm): Promise<Expansion> {
    const name = `${scope} ${termName(term)}`;
    const known = this.#counted.get(name);
    if (known !== undefined) return known;
    const count = countRows(searched, this.#lancedb, term);
    // A prefix stands for many terms.
    this.#counted.set(name, count, { size: typeof term === "string" ? 1 : MOST_TERMS });
    count.catch(() => this.#counted.delete(name));
    return count;
  }

  async #hiddenTerms(table: Table, { entries }: Slice): Promise<string[]> {
    const rows = new Map<string, ChangedEntry>();
    for (const { changed } of entries.values()) {
      if (changed.stored && !this.#hidden.has(changed)) rows.set(changed.id, changed);
    }
    for (const condition of conditionsOn([...rows.keys()])) {
      const found: { id: string; terms: string }[] = await table
        .query()
        .where(condition)
        .select(["id", "terms"])
        .toArray();
      for (const { id, terms } of found) {
        const changed = rows.get(id);
        if (changed !== undefined) this.#hidden.set(changed, terms);
      }
    }
    return Array.from(entries.values(), ({ changed }) => this.#hidden.get(changed) ?? "");
  }
}

async function countRows(
  { table, condition, needed, totals }: Searched,
  { MatchQuery }: LanceDb,
  term: QueryTerm,
): Promise<Expansion> {
  if (totals.rows === 0) return { documents: 0, terms: [] };
  if (typeof term !== "string") return await expandPrefix(table, condition, term);
  const countUpTo = async (limit: number): Promise<number> => {
    const query = table.query().fullTextSearch(new MatchQuery(term, "terms"));
    const found = await (needed === undefined ? query : query.where(needed))
      .select(["_score"])
      .limit(limit)
      .toArrow();
    return found.numRows;
  };
  const few = await countUpTo(FEW);
  const documents = few < FEW ? few : await countUpTo(totals.rows);
  return { documents, terms: [] };
}
