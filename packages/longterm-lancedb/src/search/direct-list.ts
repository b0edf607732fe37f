import { scoreKeyword, type KeywordQuery } from "@mem/search";
import { candidateColumns, candidatesIn, type Wanted } from "./candidates.ts";
import type { Reading } from "./listings.ts";
import type { Looked, Question } from "./question.ts";
import type { RankedList } from "./ranked-list.ts";
import type { Searched } from "./searched.ts";
import type { Source } from "./source.ts";

/** How many whole rows are read together, including hidden ones. */
const ROWS_AT_ONCE = 64;

/** A candidate with LanceDB's own score, which is only good for the order. */
interface Listed {
  readonly looked: Looked;
  readonly score: number;
}

/** Looks at every row that it lists. */
export function lookAtListed(
  { slice }: Searched,
  question: Question,
  wanted: Wanted,
): Reading<Listed> {
  return {
    // In a longer list, most rows are not among the best.
    columns: (limit) => candidateColumns({ ...wanted, rows: wanted.rows && limit <= ROWS_AT_ONCE }),
    read: (result, scores) =>
      Array.from(candidatesIn(result, slice), (read) => ({
        looked: question.look(read),
        score: scores[read.row] ?? 0,
      })),
    isRefined: true,
  };
}

/** One list that is in the right order, except for LanceDB's rounding and its own scoring of words. */
export class DirectList implements Source {
  readonly #list: RankedList<Listed>;
  readonly #question: Question;
  #listed: readonly Listed[] = [];
  /** The highest ratio so far of our score of a row (its share of the query's upper bound) to LanceDB's own. */
  #ratio = 0;

  constructor(list: RankedList<Listed>, question: Question) {
    this.#list = list;
    this.#question = question;
  }

  async list(): Promise<void> {
    this.#listed = await this.#list.more();
  }

  async look(query: KeywordQuery | undefined): Promise<readonly Looked[]> {
    for (const { looked, score } of this.#listed) {
      if (query === undefined || looked.counts === undefined) continue;
      this.#ratio = Math.max(this.#ratio, scoreKeyword(query, looked.counts) / score);
    }
    return this.#listed.map(({ looked }) => looked);
  }

  learn(): void {
    // All that there is to learn came with the list.
  }

  get rest(): number | undefined {
    const { rest } = this.#list;
    if (rest === undefined) return undefined;
    if (!this.#question.byKeyword) return this.#question.bound(0, rest);
    // Until a row has been looked at, nothing is known about the scores.
    return this.#question.bound(this.#ratio === 0 ? 1 : Math.min(1, this.#ratio * rest), 0);
  }
}
