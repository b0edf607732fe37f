import { compareCodePoints, type WorkflowState } from "@mem/core";
import fc from "fast-check";
import { allPages } from "../samples.ts";
import type { Operation } from "./operation.ts";
import { epochsOf } from "./player.ts";
import { tenantId, tie, which, workflow, type Durations } from "./pool.ts";

/** Operations on the lifetimes of workflows. */
export function workflowOperations(durations: Durations): fc.Arbitrary<Operation> {
  return fc.oneof(
    { weight: 6, arbitrary: starting(durations) },
    { weight: 2, arbitrary: looking },
    { weight: 2, arbitrary: ending },
    { weight: 1, arbitrary: listing },
    { weight: 2, arbitrary: takingExpired },
    { weight: 1, arbitrary: measuring },
  );
}

function starting({ life }: Durations): fc.Arbitrary<Operation> {
  const start = fc.record({
    timeoutMs: life,
    metadata: fc.constantFrom({}, { goal: "leads" }),
    join: fc.constantFrom("if-exists", "never", "must-exist"),
    opId: fc.option(fc.constant("a start")),
  });
  return fc.record({ workflow, start }).map((args) => ({
    method: "startWorkflow",
    args,
    run: async (player) => {
      const { backend } = player;
      const { opId } = args.start;
      const own = { ...structuredClone(args.start), opId: opId ?? player.newOperation() };
      const started = await backend.startWorkflow(args.workflow, own);
      player.remember(epochsOf(args.workflow), started.epoch);
      return started;
    },
  }));
}

const looking: fc.Arbitrary<Operation> = fc.record({ workflow, tie }).map((args) => ({
  method: "getWorkflow",
  args,
  run: (player) =>
    player.backend.getWorkflow(args.workflow, player.options(args.workflow, args.tie)),
}));

const ending: fc.Arbitrary<Operation> = fc
  .record({
    workflow,
    epoch: fc.option(which, { nil: undefined }),
    keepData: fc.boolean(),
  })
  .map((args) => ({
    method: "endWorkflow",
    args,
    run: (player) => {
      const { epoch, keepData } = args;
      const end = epoch && { epoch: player.recall(epochsOf(args.workflow), epoch) };
      return player.backend.endWorkflow(args.workflow, { ...end, keepData });
    },
  }));

const listing: fc.Arbitrary<Operation> = fc
  .record({ tenantId, limit: fc.constantFrom(1, 10) })
  .map((args) => ({
    method: "listWorkflows",
    args,
    run: (player) =>
      allPages(args.limit, (cursor) =>
        player.backend.listWorkflows(args.tenantId, { limit: args.limit, ...cursor }),
      ),
  }));

/** Sorted, because the answer has no order. */
const takingExpired: fc.Arbitrary<Operation> = fc.record({ tenantId }).map((args) => ({
  method: "takeExpired",
  args,
  run: async (player) => byId(await player.backend.takeExpired(args.tenantId)),
}));

const measuring: fc.Arbitrary<Operation> = fc.record({ workflow, tie }).map((args) => ({
  method: "workflowSize",
  args,
  run: (player) =>
    player.backend.workflowSize(args.workflow, player.options(args.workflow, args.tie)),
}));

export function byId(states: readonly WorkflowState[]): WorkflowState[] {
  return states.toSorted((a, b) => compareCodePoints(a.workflowId, b.workflowId));
}
