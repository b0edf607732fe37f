import type { Scope } from "../src/index.ts";

export function place(scope: Scope, key: string): string {
  return JSON.stringify([scope.tenantId, scope.workflowId, scope.agentId, key]);
}
