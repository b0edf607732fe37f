import type { Looked } from "./question.ts";

/** A candidate with LanceDB's own score of it: good for the order, and no more. */
export interface Listed {
  readonly looked: Looked;
  readonly score: number;
}

/** Some of the candidates, those that LanceDB takes for the best. */
export interface Listing {
  /** Without rows that count no more. */
  readonly listed: readonly Listed[];
  /** The least of LanceDB's scores of any row; `undefined`: these are all rows that there are. */
  readonly least: number | undefined;
}

/** What LanceDB finds, asked for as far as it is needed. */
export class RankedList {
  readonly #ask: (limit: number) => Promise<Listing>;
  #limit: number;
  #rest: number | undefined = Infinity;

  /** `limit`: how many rows are asked for first. */
  constructor(limit: number, ask: (limit: number) => Promise<Listing>) {
    this.#limit = limit;
    this.#ask = ask;
  }

  /** Asks for more; what was listed before comes again. */
  async more(): Promise<readonly Listed[]> {
    if (this.#rest === undefined) return [];
    const { listed, least } = await this.#ask(this.#limit);
    this.#limit *= 4;
    this.#rest = least;
    return listed;
  }

  /** No row that was not listed has a better score; `undefined`: there is none. */
  get rest(): number | undefined {
    return this.#rest;
  }
}
