import type { Query } from "../data/data-set.ts";

/** What answers the queries of one set. */
export interface Engine extends AsyncDisposable {
  /** The ids of the best documents for a query within its scope, best first. */
  search(query: Query): Promise<readonly string[]>;
}
