import type { ShortTermBackend } from "@mem/core";
import type { Operation } from "./operation.ts";
import { byId } from "./workflow-operations.ts";
import { LOGS, SCOPES, TENANTS, WORKFLOWS } from "./pool.ts";

type Look = readonly [at: string, seen: Promise<unknown>];

/** Reads everything that is stored, by its place. */
export const LOOK_AT_EVERYTHING: Operation = {
  method: "look at everything",
  args: {},
  run: async ({ backend }) => {
    const looks = [...lookAtScopes(backend), ...lookAtTenants(backend)];
    const seen = looks.map(async ([at, answer]) => [at, await answer] as const);
    return Object.fromEntries(await Promise.all(seen));
  },
};

function lookAtScopes(backend: ShortTermBackend): Look[] {
  return SCOPES.flatMap((scope) => {
    const at = Object.values(scope).join(" ");
    const logs = LOGS.map((log): Look => [
      `${log} of ${at}`,
      backend.read(scope, log, { limit: 100 }),
    ]);
    return [
      [`entries of ${at}`, backend.list(scope, { limit: 100 })],
      [`count of ${at}`, backend.count(scope)],
      ...logs,
    ];
  });
}

function lookAtTenants(backend: ShortTermBackend): Look[] {
  const workflows = WORKFLOWS.map((ref): Look => [
    `workflow ${ref.tenantId} ${ref.workflowId}`,
    backend.getWorkflow(ref),
  ]);
  const sizes = WORKFLOWS.map((ref): Look => [
    `size of ${ref.tenantId} ${ref.workflowId}`,
    backend.workflowSize(ref),
  ]);
  const totals = TENANTS.flatMap((tenantId): Look[] => [
    [`workflows of ${tenantId}`, backend.listWorkflows(tenantId, { limit: 100 })],
    [`stats of ${tenantId}`, backend.stats(tenantId)],
    [`expired of ${tenantId}`, backend.takeExpired(tenantId).then(byId)],
  ]);
  return [...workflows, ...sizes, ...totals];
}
