import type { KeywordQuery } from "@mem/search";
import type { Looked } from "./question.ts";

/** Where a window's candidates come from, a few at a time. */
export interface Source {
  /** Asks LanceDB for more rows, if that is due. */
  list(): Promise<void>;
  /** Looks at more candidates. `query` has the terms' weights if words count. */
  look(query: KeywordQuery | undefined): Promise<readonly Looked[]>;
  /** Learns from a row that was looked at, whatever source it came from. */
  learn(looked: Looked, query: KeywordQuery | undefined): void;
  /** The most that a row that was not looked at can score, as far as can be told; `undefined`: none is left. */
  readonly rest: number | undefined;
}
