import { afterEach, describe } from "vitest";
import { standsConcurrency } from "./records/concurrency.ts";
import { keepsRecords } from "./records/durability.ts";
import { erasesMeanwhile } from "./records/erasing-meanwhile.ts";
import { erases } from "./records/erasure.ts";
import { keepsJson } from "./records/fidelity.ts";
import { filters } from "./records/filters.ts";
import { OpenedRecords, type OpenRecords } from "./records/harness.ts";
import { tellsItsHealth } from "./records/health.ts";
import { keepsOrder } from "./records/order.ts";
import { pages } from "./records/paging.ts";
import { answersAnyQuestion } from "./records/questions.ts";
import { returnsWhatWasAppended } from "./records/round-trip.ts";
import { keepsScopesApart } from "./records/scope.ts";
import { addsUp } from "./records/stats.ts";
import { keepsTheTraits } from "./records/traits.ts";

export interface RecordStoreSuite {
  /** Names the store in the test report. */
  readonly name: string;
  /** Opens a store over fresh, empty storage. Called at least once for each test. */
  readonly open: OpenRecords;
}

/** Defines the tests that every `RecordStore` has to pass. Call it in a vitest test file. */
export function describeRecordStore({ name, open }: RecordStoreSuite): void {
  describe(name, () => {
    const opened = new OpenedRecords(open);
    afterEach(() => opened.dispose());
    for (const topic of TOPICS) topic(opened.open);
  });
}

const TOPICS: readonly ((open: OpenRecords) => void)[] = [
  returnsWhatWasAppended,
  keepsOrder,
  filters,
  pages,
  answersAnyQuestion,
  addsUp,
  erases,
  erasesMeanwhile,
  keepsScopesApart,
  keepsJson,
  keepsRecords,
  standsConcurrency,
  keepsTheTraits,
  tellsItsHealth,
];
