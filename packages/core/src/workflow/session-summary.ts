import type { JsonObject } from "../json.ts";
import type {
  AgentActivity,
  EndedWorkflow,
  WorkflowClaim,
  WorkflowSize,
  WorkflowState,
} from "../workflow-lifetimes.ts";

/** What happened in a session. Times in milliseconds since 1970. */
export interface SessionSummary {
  readonly workflowId: string;
  readonly tenantId: string;
  readonly status: "active" | "ended";
  readonly startedAt: number;
  readonly durationMs: number;
  /** Seconds without use after which it ends. */
  readonly timeout: number;
  /** When it times out unless it is used; absent once it has ended. */
  readonly expiresAt?: number;
  readonly metadata: JsonObject;
  /**
   * What each agent did, sorted by `agentId`; first, if there was any, the activity of no agent, such as a message
   * without `agentId`. The totals below include both.
   */
  readonly agents: readonly AgentActivity[];
  readonly operations: number;
  readonly messages: number;
  /** Execution records except those with the status `error`, which `errors` counts. */
  readonly records: number;
  readonly errors: number;
  /** Claims held now, or when the session ended; sorted by `step`. */
  readonly claims: readonly WorkflowClaim[];
  /**
   * Its size in the backend: entries, messages and approximate bytes; a rolling summary counts as a message. Absent
   * once it has ended.
   */
  readonly memory?: { readonly entries: number; readonly messages: number; readonly bytes: number };
  /** What ending it removed; absent while it is active, and if it timed out, since nobody counted. */
  readonly removed?: { readonly entries: number; readonly messages: number };
}

/** Makes a summary of a session's state: of a session that has ended if `ended` is given. */
export function summarizeSession(
  tenantId: string,
  state: WorkflowState,
  known: {
    readonly ended?: Partial<Pick<EndedWorkflow, "entries" | "logItems">>;
    readonly size?: WorkflowSize;
  } = {},
): SessionSummary {
  const { ended, size } = known;
  const total = (count: (agent: AgentActivity) => number): number =>
    state.activity.reduce((sum, agent) => sum + count(agent), 0);
  return {
    workflowId: state.workflowId,
    tenantId,
    status: ended === undefined ? "active" : "ended",
    startedAt: state.startedAt,
    // Each call extends the expiry, so this is the backend's own time of the last call.
    durationMs: state.expiresAt - state.timeoutMs - state.startedAt,
    timeout: state.timeoutMs / 1000,
    ...(ended === undefined && { expiresAt: state.expiresAt }),
    metadata: state.metadata,
    agents: state.activity,
    operations: total((agent) => agent.operations),
    messages: total((agent) => agent.messages),
    records: total((agent) => agent.records),
    errors: total((agent) => agent.errors),
    claims: state.claims.filter(({ isDone }) => !isDone),
    ...(size !== undefined && {
      memory: { entries: size.entries, messages: size.logItems, bytes: size.bytes },
    }),
    ...(ended?.entries !== undefined &&
      ended.logItems !== undefined && {
        removed: { entries: ended.entries, messages: ended.logItems },
      }),
  };
}
