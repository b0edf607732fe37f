import { afterEach, describe } from "vitest";
import { clearsAndCounts } from "./long-term/clearing.ts";
import { keepsEntries } from "./long-term/durability.ts";
import { survivesItsEmbedder } from "./long-term/embedder-failures.ts";
import { erases } from "./long-term/erasure.ts";
import { keepsJson } from "./long-term/fidelity.ts";
import { refusesForeignEmbedders } from "./long-term/foreign-embedder.ts";
import { OpenedLongTerm, type Open, type OpenLongTerm } from "./long-term/harness.ts";
import { keepsHistory } from "./long-term/history.ts";
import { keepsScopesApart } from "./long-term/isolation.ts";
import { findsByKeyword } from "./long-term/keyword-search.ts";
import { takesNoLateAnswer } from "./long-term/late-answers.ts";
import { lists } from "./long-term/listing.ts";
import { collapsesNearDuplicates } from "./long-term/near-duplicates.ts";
import { judgesNewContent } from "./long-term/new-content-judged.ts";
import { keepsToNewContent } from "./long-term/new-content.ts";
import { takesOddQueries } from "./long-term/odd-queries.ts";
import { comparesPassages } from "./long-term/passage-vectors.ts";
import { showsPassages } from "./long-term/passages.ts";
import { tellsWhatIsPending } from "./long-term/pending-vectors.ts";
import { carriesEntries } from "./long-term/portability.ts";
import { carriesVectors } from "./long-term/portable-vectors.ts";
import { standsRaces } from "./long-term/races.ts";
import { ranksHits } from "./long-term/ranking.ts";
import { readsAndWrites } from "./long-term/read-write.ts";
import { prefersRecent } from "./long-term/recency.ts";
import { worksWhileItsEmbedderChanges } from "./long-term/reembedding-meanwhile.ts";
import { survivesAStop } from "./long-term/reembedding-stopped.ts";
import { changesItsEmbedder } from "./long-term/reembedding.ts";
import { restores } from "./long-term/restoring.ts";
import { explainsScores } from "./long-term/scores.ts";
import { filtersSearches } from "./long-term/search-filters.ts";
import { borrowsFromNeighbours } from "./long-term/sequences.ts";
import { keepsTheTraits } from "./long-term/traits.ts";
import { findsByVector } from "./long-term/vector-search.ts";
import { verifies } from "./long-term/verification.ts";
import { keepsVersions } from "./long-term/versions.ts";
import { asksForWords } from "./long-term/word-conditions.ts";

export interface LongTermStoreSuite {
  /** Names the store in the test report. */
  readonly name: string;
  /** Opens a store over fresh, empty storage. Called at least once for each test. */
  readonly open: OpenLongTerm;
}

/** Defines the tests that every `LongTermStore` has to pass. Call it in a vitest test file. */
export function describeLongTermStore({ name, open }: LongTermStoreSuite): void {
  describe(name, () => {
    const opened = new OpenedLongTerm(open);
    afterEach(() => opened.dispose());
    for (const topic of TOPICS) topic(opened.open);
  });
}

const TOPICS: readonly ((open: Open) => void)[] = [
  readsAndWrites,
  keepsVersions,
  keepsToNewContent,
  judgesNewContent,
  standsRaces,
  lists,
  clearsAndCounts,
  keepsJson,
  keepsScopesApart,
  keepsEntries,
  findsByKeyword,
  takesOddQueries,
  ranksHits,
  asksForWords,
  filtersSearches,
  borrowsFromNeighbours,
  prefersRecent,
  collapsesNearDuplicates,
  showsPassages,
  findsByVector,
  comparesPassages,
  explainsScores,
  tellsWhatIsPending,
  survivesItsEmbedder,
  refusesForeignEmbedders,
  changesItsEmbedder,
  survivesAStop,
  worksWhileItsEmbedderChanges,
  takesNoLateAnswer,
  keepsHistory,
  erases,
  verifies,
  carriesEntries,
  carriesVectors,
  restores,
  keepsTheTraits,
];
