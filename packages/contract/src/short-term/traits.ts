import type { Scope, ShortTermBackend, WorkflowRef } from "@mem/core";
import { honoursSignals } from "../traits/aborted.ts";
import { refusesBadScopes } from "../traits/bad-scopes.ts";
import { refusesCallsOnceClosed } from "../traits/closed.ts";
import { GOOD_PLACES, type ContractCall, type TraitSubject } from "../traits/contract-call.ts";
import { keyedCalls, observeKeyed, seedKeyed } from "../traits/keyed-calls.ts";
import type { Opened } from "./harness.ts";
import { write } from "./samples.ts";

const START = { timeoutMs: 60_000, metadata: {}, join: "if-exists" } as const;
const BOUNDS = { maxItems: 10, ttlMs: null } as const;

/** Every method of the contract but `close`. */
const CALLS: readonly ContractCall<ShortTermBackend>[] = [
  ...keyedCalls(write),
  {
    method: "increment",
    place: "scope",
    abortable: true,
    run: (backend, place, options) =>
      backend.increment(place as Scope, { key: "hits", by: 1, ttlMs: null }, options),
  },
  {
    method: "append",
    place: "scope",
    abortable: true,
    run: (backend, place, options) =>
      backend.append(place as Scope, "chat", [{ id: "new", value: 1 }], BOUNDS, options),
  },
  {
    method: "read",
    reads: true,
    place: "scope",
    abortable: true,
    run: (backend, place, options) => backend.read(place as Scope, "chat", { limit: 1 }, options),
  },
  {
    method: "startWorkflow",
    place: "workflow",
    abortable: true,
    run: (backend, place, options) =>
      backend.startWorkflow(place as WorkflowRef, { ...START, opId: "another" }, options),
  },
  {
    method: "getWorkflow",
    reads: true,
    place: "workflow",
    abortable: true,
    run: (backend, place, options) => backend.getWorkflow(place as WorkflowRef, options),
  },
  {
    method: "endWorkflow",
    place: "workflow",
    abortable: true,
    run: (backend, place, options) => backend.endWorkflow(place as WorkflowRef, {}, options),
  },
  {
    method: "listWorkflows",
    reads: true,
    place: "tenant",
    abortable: true,
    run: (backend, place, options) =>
      backend.listWorkflows(place as string, { limit: 10 }, options),
  },
  {
    method: "stats",
    reads: true,
    place: "tenant",
    abortable: true,
    run: (backend, place, options) => backend.stats(place as string, options),
  },
];

/** What holds for every method. */
export function keepsTheTraits(open: Opened): void {
  const subject: TraitSubject<ShortTermBackend> = {
    open: async () => (await open()).backend,
    calls: CALLS,
    seed,
    observe,
  };
  refusesCallsOnceClosed(subject);
  honoursSignals(subject);
  refusesBadScopes(subject);
}

async function seed(backend: ShortTermBackend): Promise<void> {
  const { scope, workflow } = GOOD_PLACES;
  await seedKeyed(backend, write);
  await backend.append(scope, "chat", [{ id: "first", value: 1 }], BOUNDS);
  await backend.startWorkflow(workflow, { ...START, opId: "seed" });
}

async function observe(backend: ShortTermBackend): Promise<unknown> {
  const { scope, workflow, tenant } = GOOD_PLACES;
  return {
    keyed: await observeKeyed(backend),
    log: await backend.read(scope, "chat", { limit: 100 }),
    workflow: await backend.getWorkflow(workflow),
    workflows: await backend.listWorkflows(tenant, { limit: 100 }),
    stats: await backend.stats(tenant),
  };
}
