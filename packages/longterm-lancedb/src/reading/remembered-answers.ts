import type { Table } from "@lancedb/lancedb";

const MAX_ANSWERS = 1_000;

/** Answers that hold while a table stays at its version: each question is asked once per table. */
export class RememberedAnswers<T> {
  readonly #tables = new WeakMap<Table, Map<string, Promise<T>>>();
  readonly #ask: (table: Table, condition: string) => Promise<T>;

  /** `ask` answers the question for the rows that meet a condition. */
  constructor(ask: (table: Table, condition: string) => Promise<T>) {
    this.#ask = ask;
  }

  of(table: Table, condition: string): Promise<T> {
    let answers = this.#tables.get(table);
    if (answers === undefined) {
      answers = new Map();
      this.#tables.set(table, answers);
    }
    const known = answers.get(condition);
    if (known !== undefined) return known;
    if (answers.size >= MAX_ANSWERS) answers.clear();
    const answer = this.#ask(table, condition);
    answers.set(condition, answer);
    // A question that could not be answered is asked again.
    answer.catch(() => answers.delete(condition));
    return answer;
  }
}
