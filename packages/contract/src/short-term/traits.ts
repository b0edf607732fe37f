import type { CallOptions, ClaimRef, Scope, ShortTermBackend, WorkflowRef } from "@mem/core";
import { honoursSignals } from "../traits/aborted.ts";
import { refusesBadScopes } from "../traits/bad-scopes.ts";
import { refusesCallsOnceClosed } from "../traits/closed.ts";
import { GOOD_PLACES, type ContractCall, type TraitSubject } from "../traits/contract-call.ts";
import { keyedCalls, observeKeyed, seedKeyed } from "../traits/keyed-calls.ts";
import type { Opened } from "./harness.ts";
import { write } from "./samples.ts";

const START = { timeoutMs: 60_000, metadata: {}, join: "if-exists" } as const;
const BOUNDS = { maxItems: 10, ttlMs: null } as const;
const CLAIM = { step: "review", ttlMs: 10_000, opId: "a claim" };

interface Seeded extends ClaimRef {
  readonly epoch: string;
}

/** What `seed` received from each backend, which cannot be known in advance. */
const SEEDED = new WeakMap<ShortTermBackend, Seeded>();
const UNSEEDED: Seeded = { epoch: "none", step: "draft", token: 1 };

function inSeeded(backend: ShortTermBackend, options?: CallOptions): CallOptions {
  const { epoch } = SEEDED.get(backend) ?? UNSEEDED;
  return { ...options, session: { epoch } };
}

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
    method: "find",
    reads: true,
    place: "scope",
    abortable: true,
    run: (backend, place, options) => backend.find(place as Scope, "chat", ["first"], options),
  },
  {
    method: "edit",
    place: "scope",
    abortable: true,
    run: (backend, place, options) =>
      backend.edit(place as Scope, "chat", { id: "first", value: 2 }, options),
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
    method: "takeExpired",
    place: "tenant",
    abortable: true,
    run: (backend, place, options) => backend.takeExpired(place as string, options),
  },
  {
    method: "claim",
    place: "workflow",
    abortable: true,
    run: (backend, place, options) =>
      backend.claim(place as WorkflowRef, CLAIM, inSeeded(backend, options)),
  },
  {
    method: "changeClaim",
    place: "workflow",
    abortable: true,
    run: (backend, place, options) => {
      const { step, token } = SEEDED.get(backend) ?? UNSEEDED;
      const change = { step, token, to: "done" } as const;
      return backend.changeClaim(place as WorkflowRef, change, inSeeded(backend, options));
    },
  },
  {
    method: "workflowSize",
    reads: true,
    place: "workflow",
    abortable: true,
    run: (backend, place, options) => backend.workflowSize(place as WorkflowRef, options),
  },
  {
    method: "watchWorkflow",
    reads: true,
    place: "workflow",
    abortable: true,
    run: async (backend, place, options) => {
      const watch = await backend.watchWorkflow(place as WorkflowRef, () => {}, options);
      await watch[Symbol.asyncDispose]();
    },
  },
  {
    method: "stats",
    reads: true,
    place: "tenant",
    abortable: true,
    run: (backend, place, options) => backend.stats(place as string, options),
  },
];

/** Tests what applies to every method. */
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
  const { epoch } = await backend.startWorkflow(workflow, { ...START, opId: "seed" });
  const request = { ...CLAIM, step: "draft", opId: "seed" };
  const { step, token } = (await backend.claim(workflow, request, { session: { epoch } }))!;
  SEEDED.set(backend, { epoch, step, token });
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
