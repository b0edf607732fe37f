/** Some of the rows: those that LanceDB ranks best. */
export interface Listing<T> {
  readonly listed: readonly T[];
  /** The lowest of LanceDB's scores of these rows; `undefined`: there are no other rows. */
  readonly least: number | undefined;
}

/** What LanceDB finds, requested only as far as needed. */
export class RankedList<T> {
  readonly #ask: (limit: number) => Promise<Listing<T>>;
  #limit: number;
  #rest: number | undefined = Infinity;

  /** `limit`: how many rows are requested first. */
  constructor(limit: number, ask: (limit: number) => Promise<Listing<T>>) {
    this.#limit = limit;
    this.#ask = ask;
  }

  /** Requests more rows; those listed before are listed again. */
  async more(): Promise<readonly T[]> {
    if (this.#rest === undefined) return [];
    const { listed, least } = await this.#ask(this.#limit);
    this.#limit *= 4;
    this.#rest = least;
    return listed;
  }

  /** No unlisted row has a better score than this; `undefined`: all rows are listed. */
  get rest(): number | undefined {
    return this.#rest;
  }
}
