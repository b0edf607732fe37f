import { afterEach, describe } from "vitest";
import { agreesWithTheModel } from "./short-term/agreement/agreement.ts";
import { answersAtOnce } from "./short-term/at-once.ts";
import { handlesBatches } from "./short-term/batch.ts";
import { changesClaims } from "./short-term/claim-changes.ts";
import { standsOnClaims } from "./short-term/claimed-writes.ts";
import { claimsSteps } from "./short-term/claims.ts";
import { reportsItsCondition } from "./short-term/condition.ts";
import { expiresEntries } from "./short-term/expiry.ts";
import { OpenedShortTerm, type Opened, type OpenShortTerm } from "./short-term/harness.ts";
import { countsOperationsOnce } from "./short-term/increment-again.ts";
import { addsUp } from "./short-term/increment-sums.ts";
import { countsNumbers } from "./short-term/increment.ts";
import { keepsJson } from "./short-term/json-fidelity.ts";
import { listsEntries } from "./short-term/listing.ts";
import { editsLogs } from "./short-term/log-edits.ts";
import { dropsWhatIsTied } from "./short-term/log-ties.ts";
import { keepsLogs } from "./short-term/logs.ts";
import { recognisesOperations } from "./short-term/operation-ids.ts";
import { readsAndWrites } from "./short-term/read-write.ts";
import { isolatesScopes } from "./short-term/scope-isolation.ts";
import { tiesCallsToSessions } from "./short-term/session-calls.ts";
import { sharesMemory } from "./short-term/sharing.ts";
import { keepsTotals } from "./short-term/totals.ts";
import { keepsTheTraits } from "./short-term/traits.ts";
import { endsLives } from "./short-term/ttl-edges/ttl-edges.ts";
import { keepsVersions } from "./short-term/versions.ts";
import { wakesWatchers } from "./short-term/watching.ts";
import { endsWorkflows } from "./short-term/workflow-end.ts";
import { tellsOfExpired } from "./short-term/workflow-expired.ts";
import { measuresWorkflows } from "./short-term/workflow-size.ts";
import { startsWorkflows } from "./short-term/workflow-start.ts";

export interface ShortTermSuite {
  /** Names the backend in the test report. */
  readonly name: string;
  /** Opens a backend over a fresh, empty memory. Called at least once for each test. */
  readonly open: OpenShortTerm;
}

/** Defines the tests that every `ShortTermBackend` has to pass. Call it in a vitest test file. */
export function describeShortTermBackend({ name, open }: ShortTermSuite): void {
  describe(name, () => {
    const opened = new OpenedShortTerm(open);
    afterEach(() => opened.dispose());
    for (const topic of TOPICS) topic(opened.open);
  });
}

const TOPICS: readonly ((open: Opened) => void)[] = [
  readsAndWrites,
  answersAtOnce,
  handlesBatches,
  keepsVersions,
  recognisesOperations,
  countsNumbers,
  addsUp,
  countsOperationsOnce,
  expiresEntries,
  endsLives,
  listsEntries,
  keepsJson,
  isolatesScopes,
  keepsLogs,
  dropsWhatIsTied,
  editsLogs,
  startsWorkflows,
  tiesCallsToSessions,
  claimsSteps,
  changesClaims,
  standsOnClaims,
  endsWorkflows,
  tellsOfExpired,
  measuresWorkflows,
  wakesWatchers,
  keepsTotals,
  sharesMemory,
  reportsItsCondition,
  keepsTheTraits,
  agreesWithTheModel,
];
