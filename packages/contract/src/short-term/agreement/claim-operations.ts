import type { WorkflowClaim, WorkflowRef } from "@mem/core";
import fc from "fast-check";
import { LAUNCH } from "../workflow-samples.ts";
import type { Operation } from "./operation.ts";
import { epochsOf, tokensOf, type Player, type Which } from "./player.ts";
import { step, which, WORKFLOWS, type Durations } from "./pool.ts";

/** Operations on the claims of steps. */
export function claimOperations({ life }: Durations): fc.Arbitrary<Operation> {
  return fc.oneof(
    { weight: 1, arbitrary: claiming(life) },
    { weight: 1, arbitrary: changing(life) },
  );
}

const tie = fc.record(
  {
    epoch: fc.constantFrom<Which>("latest", "latest", "latest", "latest", "latest", "first"),
    agentId: fc.constantFrom("writer", "editor"),
    activity: fc.constant("operation" as const),
  },
  { requiredKeys: ["epoch"] },
);

const workflow = fc.oneof(
  { weight: 6, arbitrary: fc.constant(LAUNCH) },
  { weight: 1, arbitrary: fc.constantFrom(...WORKFLOWS) },
);

function claiming(ttlMs: fc.Arbitrary<number>): fc.Arbitrary<Operation> {
  const request = fc.record(
    { step, ttlMs, opId: fc.option(fc.constant("a claim")), agentId: fc.constant("writer") },
    { requiredKeys: ["step", "ttlMs", "opId"] },
  );
  return fc.record({ workflow, request, tie }).map((args) => ({
    method: "claim",
    args,
    run: async (player) => {
      const { backend } = player;
      const opId = args.request.opId ?? player.newOperation();
      const options = player.options(args.workflow, args.tie);
      const claim = await backend.claim(args.workflow, { ...args.request, opId }, options);
      if (claim !== undefined) remember(player, args.workflow, args.tie.epoch, claim);
      return claim;
    },
  }));
}

function changing(ttlMs: fc.Arbitrary<number>): fc.Arbitrary<Operation> {
  const to = fc.oneof(
    fc.record({ to: fc.constant("renewed" as const), ttlMs }),
    fc.record({ to: fc.constantFrom("done" as const, "done" as const, "free" as const) }),
  );
  return fc.record({ workflow, step, token: which, to, tie }).map((args) => ({
    method: "changeClaim",
    args,
    run: (player) => {
      const epoch = player.recall(epochsOf(args.workflow), args.tie.epoch);
      const change = { ...player.claimRef(epoch, args), ...args.to };
      const options = player.options(args.workflow, args.tie);
      return player.backend.changeClaim(args.workflow, change, options);
    },
  }));
}

function remember(player: Player, ref: WorkflowRef, epoch: Which, claim: WorkflowClaim): void {
  const place = tokensOf(player.recall(epochsOf(ref), epoch), claim.step);
  player.remember(place, `${claim.token}`);
}
