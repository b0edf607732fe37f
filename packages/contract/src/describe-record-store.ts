import { afterEach, describe } from "vitest";
import { standsConcurrency } from "./records/concurrency.ts";
import { keepsRecords } from "./records/durability.ts";
import { keepsJson } from "./records/fidelity.ts";
import { filters } from "./records/filters.ts";
import { OpenedRecords, type OpenRecords } from "./records/harness.ts";
import { tellsItsHealth } from "./records/health.ts";
import { keepsOrder } from "./records/order.ts";
import { pages } from "./records/paging.ts";
import { returnsWhatWasAppended } from "./records/round-trip.ts";
import { keepsScopesApart } from "./records/scope.ts";
import { keepsTheTraits } from "./records/traits.ts";

export interface RecordStoreSuite {
  /** Names the store in the test report. */
  readonly name: string;
  /** Opens a fresh, empty storage; called at least once for each test. */
  readonly open: OpenRecords;
}

/** Defines the tests that every `RecordStore` passes. Call it in a test file of vitest. */
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
  keepsScopesApart,
  keepsJson,
  keepsRecords,
  standsConcurrency,
  keepsTheTraits,
  tellsItsHealth,
];
