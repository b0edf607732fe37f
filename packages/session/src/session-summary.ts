import type { AgentActivity, EndedWorkflow, JsonObject, WorkflowState } from "@mem/core";

/** What happened in a session. Times in milliseconds since 1970. */
export interface SessionSummary {
  readonly workflowId: string;
  readonly tenantId: string;
  readonly status: "active" | "ended";
  readonly startedAt: number;
  readonly durationMs: number;
  /** Seconds without use after which it ends by itself. */
  readonly timeout: number;
  /** When it ends by itself unless it is used; absent once it has ended. */
  readonly expiresAt?: number;
  readonly metadata: JsonObject;
  /** What each agent did, sorted by `agentId`. */
  readonly agents: readonly AgentActivity[];
  readonly operations: number;
  readonly messages: number;
  readonly records: number;
  readonly errors: number;
  /** What the end removed; absent while it is active. */
  readonly removed?: { readonly entries: number; readonly messages: number };
}

export function summarize(
  tenantId: string,
  state: WorkflowState,
  ended?: EndedWorkflow,
): SessionSummary {
  const total = (count: (agent: AgentActivity) => number): number =>
    state.activity.reduce((sum, agent) => sum + count(agent), 0);
  return {
    workflowId: state.workflowId,
    tenantId,
    status: ended === undefined ? "active" : "ended",
    startedAt: state.startedAt,
    // Each call slides the expiry, so this is the backend's own time of the last one.
    durationMs: state.expiresAt - state.timeoutMs - state.startedAt,
    timeout: state.timeoutMs / 1000,
    ...(ended === undefined && { expiresAt: state.expiresAt }),
    metadata: state.metadata,
    agents: state.activity,
    operations: total((agent) => agent.operations),
    messages: total((agent) => agent.messages),
    records: total((agent) => agent.records),
    errors: total((agent) => agent.errors),
    ...(ended !== undefined && {
      removed: { entries: ended.entries, messages: ended.logItems },
    }),
  };
}
