import type { ExecutionRecord, RecordStore } from "@mem/core";
import { describe, expect, it } from "vitest";
import { honoursSignals } from "../traits/aborted.ts";
import { refusesBadScopes } from "../traits/bad-scopes.ts";
import { refusesCallsOnceClosed } from "../traits/closed.ts";
import { GOOD_PLACES, type ContractCall, type TraitSubject } from "../traits/contract-call.ts";
import { expectRejection } from "../traits/expect-rejection.ts";
import type { OpenRecords } from "./harness.ts";
import { ask, record, TENANT } from "./sample.ts";

const CALLS: readonly ContractCall<RecordStore>[] = [
  {
    method: "append",
    place: "tenant",
    abortable: true,
    run: (store, place, options) =>
      store.append([record(1, { tenantId: place as string })], options),
  },
  {
    method: "query",
    reads: true,
    place: "tenant",
    abortable: true,
    run: (store, place, options) =>
      store.query(place as string, { order: "newest", limit: 10 }, options),
  },
  {
    method: "stats",
    reads: true,
    place: "tenant",
    abortable: true,
    run: (store, place, options) => store.stats(place as string, {}, options),
  },
  {
    method: "erase",
    place: "tenant",
    abortable: true,
    run: (store, place, options) =>
      store.erase({ tenantId: place as string, id: record(0).id }, options),
  },
  { method: "flush", abortable: false, run: (store) => store.flush() },
  { method: "health", abortable: false, run: (store) => store.health() },
];

/** Tests what applies to every method, and to every field of a record that names its owner. */
export function keepsTheTraits(open: OpenRecords): void {
  const subject: TraitSubject<RecordStore> = {
    open: async () => (await open()).store,
    calls: CALLS,
    seed: (store) => store.append([record(0, { tenantId: GOOD_PLACES.tenant })]),
    observe: (store) => ask(store, { tenantId: GOOD_PLACES.tenant }),
  };
  refusesCallsOnceClosed(subject);
  honoursSignals(subject);
  refusesBadScopes(subject);

  describe("bad batches", () => {
    const bad: readonly (readonly [name: string, changes: Partial<ExecutionRecord>])[] = [
      ["an empty agent", { agentId: "" }],
      ["an agent with a lone surrogate", { agentId: "a\uD800" }],
      ["an empty workflow", { workflowId: "" }],
      ["an empty subject", { subject: "" }],
      ["a second tenant", { tenantId: "other" }],
    ];
    it.each(bad)("refuses one with %s, and stores none of it", async (_, changes) => {
      const { store } = await open();
      await expectRejection(
        () => store.append([record(1), record(2, changes)]),
        "MEM_INVALID_ARGUMENT",
      );
      expect(await ask(store, { tenantId: TENANT })).toEqual([]);
      expect(await ask(store, { tenantId: "other" })).toEqual([]);
    });
  });
}
