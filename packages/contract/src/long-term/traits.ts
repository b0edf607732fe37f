import {
  isMemoryError,
  type CallOptions,
  type LongTermStore,
  type LongTermWrite,
  type Scope,
  type SearchScope,
  type WorkflowRef,
} from "@mem/core";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { honoursSignals } from "../traits/aborted.ts";
import { refusesBadScopes } from "../traits/bad-scopes.ts";
import { refusesCallsOnceClosed } from "../traits/closed.ts";
import { GOOD_PLACES, type ContractCall, type TraitSubject } from "../traits/contract-call.ts";
import { keyedCalls, observeKeyed, seedKeyed } from "../traits/keyed-calls.ts";
import type { Open } from "./harness.ts";
import { allEntries, portable } from "./portable-samples.ts";
import { agent, agents, query, write } from "./samples.ts";
import { createScriptedEmbedder } from "./scripted-embedder.ts";

const plain = (key: string): LongTermWrite => write(key, { text: "plan", subject: "person:1" });

const CALLS: readonly ContractCall<LongTermStore>[] = [
  ...keyedCalls(plain),
  {
    method: "search",
    reads: true,
    place: "search-scope",
    abortable: true,
    run: (store, place, options) => store.search(place as SearchScope, query("plan"), options),
  },
  {
    method: "clearWorkflow",
    place: "workflow",
    abortable: true,
    run: (store, place, options) => store.clearWorkflow(place as WorkflowRef, options),
  },
  {
    method: "stats",
    reads: true,
    place: "tenant",
    abortable: true,
    run: (store, place, options) => store.stats(place as string, options),
  },
  {
    method: "history",
    reads: true,
    place: "scope",
    abortable: true,
    run: (store, place, options) => historyWherePossible(store, place as Scope, options),
  },
  {
    method: "erase",
    place: "scope",
    abortable: true,
    run: (store, place, options) => store.erase({ scope: place as Scope, key: "plan" }, options),
  },
  {
    method: "erase by subject",
    place: "tenant",
    abortable: true,
    run: (store, place, options) =>
      store.erase({ tenantId: place as string, subject: "person:1" }, options),
  },
  {
    method: "verify",
    reads: true,
    abortable: true,
    run: (store, _, options) => store.verify(options),
  },
  {
    method: "entries",
    reads: true,
    place: "tenant",
    abortable: true,
    run: (store, place, options) => allEntries(store, { tenantId: place as string }, options),
  },
  {
    method: "restore",
    place: "scope",
    abortable: true,
    run: (store, place, options) => store.restore([portable(place as Scope, "plan")], options),
  },
  {
    method: "embedder",
    reads: true,
    abortable: true,
    run: (store, _, options) => store.embedder(options),
  },
  {
    // A repeated call gives the same answer and keeps the vectors made so far, so `close` need not wait for it.
    method: "reembed",
    reads: true,
    abortable: true,
    run: (store, _, options) => store.reembed(createScriptedEmbedder(), options),
  },
  {
    method: "flush",
    reads: true,
    abortable: true,
    run: (store, _, options) => store.flush(options),
  },
];

/** Calls `history`; a store that keeps none has to say so when everything else is in order. */
async function historyWherePossible(
  store: LongTermStore,
  scope: Scope,
  options: CallOptions | undefined,
): Promise<unknown> {
  try {
    return await store.history(scope, "plan", { limit: 10 }, options);
  } catch (error) {
    if (!store.capabilities.history && isMemoryError(error, "MEM_UNSUPPORTED"))
      return "unsupported";
    throw error;
  }
}

/** Tests what applies to every method, and what a store reports about itself. */
export function keepsTheTraits(open: Open): void {
  const subject: TraitSubject<LongTermStore> = {
    open: async () => (await open()).store,
    calls: CALLS,
    seed: (store) => seedKeyed(store, plain),
    observe: async (store) => [
      await observeKeyed(store),
      await store.search(GOOD_PLACES["search-scope"], query("plan")),
      await store.stats(GOOD_PLACES.tenant),
    ],
  };
  refusesCallsOnceClosed(subject);
  honoursSignals(subject);
  refusesBadScopes(subject);

  describe("health", () => {
    it("names the store, its durability and its state", async () => {
      const { store } = await open();
      expect(store.name).not.toBe("");
      expect(await store.health()).toEqual({
        status: "ok",
        backend: store.name,
        durability: store.capabilities.durability,
        messages: [],
        details: expect.any(Object),
      });
    });
  });
  describe("errors", () => {
    it("never contain what was to be stored", async () => {
      const { store } = await open();
      const secret = write("plan", {
        value: { text: "classified" },
        text: "classified",
        metadata: { note: "classified" },
        subject: "classified",
      });
      const signal = AbortSignal.abort();
      const errors = await Promise.all(
        [
          store.save({} as never, [secret]),
          store.save(agent("writer"), [secret], { signal }),
          store.search(agents("writer"), query("classified"), { signal }),
          store.search(agents("writer"), query("classified", { mode: "vector" })),
          store.list(agent("writer"), { limit: 1, cursor: "classified" }),
        ].map((call) => call.then(String, (error: unknown) => error)),
      );
      expect(errors.every((error) => error instanceof Error)).toBe(true);
      expect(inspect(errors, { depth: 20, showHidden: true })).not.toContain("classified");
    });
  });
}
